"""Builtins that read to the end what has become an async iterable: ``list(x)``, ``sum(x)``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.constructs._short import stop_early, stops_early
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.site import Site, Unit
from refactor_agent.asyncify.world import CallSite

__all__ = ["CONSUMERS", "find", "is_consumer"]

CONSUMERS = frozenset(
    {"all", "any", "dict", "frozenset", "list", "max", "min", "set", "sorted", "sum", "tuple"}
)
"""Builtins that read their first argument to its end."""


@dataclass(frozen=True, eq=False)
class _Consumer(Site):
    node: cst.Call
    call: CallSite

    def ask(self, colours: Colours) -> Member | None:
        return colours.read(self.call.function, self.call.facts.args[0])

    def write(self, edit: Edit, member: Member) -> None:
        del member
        if isinstance(self.node.args[0].value, cst.GeneratorExp):
            return
        if stops_early(self.node):
            stop_early(edit, self.node)
            return
        name = edit.item(self.unit.node)

        def change(node: cst.CSTNode) -> cst.CSTNode:
            assert isinstance(node, cst.Call)  # noqa: S101 - a call stays one
            read = cst.CompFor(
                target=cst.Name(name),
                iter=node.args[0].value,
                asynchronous=cst.Asynchronous(),
            )
            display = cst.ListComp(elt=cst.Name(name), for_in=read)
            if isinstance(node.func, cst.Name) and len(node.args) == 1:
                if node.func.value == "list":
                    return display
                if node.func.value == "set":
                    return cst.SetComp(elt=cst.Name(name), for_in=read)
            first = node.args[0].with_changes(value=display)
            return node.with_changes(args=[first, *node.args[1:]])

        edit.change(self.node, change)


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of a call that reads its first argument."""
    if isinstance(node, cst.Call) and is_consumer(node):
        call = unit.module.call(node)
        if call is not None:
            yield _Consumer(unit, node, call)


def is_consumer(node: cst.Call) -> bool:
    """Say whether a call reads its first argument to the end: ``sum(x)``, ``"".join(x)``."""
    if not node.args or node.args[0].star or node.args[0].keyword is not None:
        return False
    if isinstance(node.func, cst.Name):
        return node.func.value in CONSUMERS
    return isinstance(node.func, cst.Attribute) and node.func.attr.value in {"join", "extend"}
