"""Async iterables given to functions that stay plain and read them: they get a list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import libcst as cst

from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.plain_readers import is_read_by
from refactor_agent.asyncify.site import Site, Unit
from refactor_agent.asyncify.world import CallSite

__all__ = ["find"]


@dataclass(frozen=True, eq=False)
class _Reader(Site):
    node: cst.Call
    call: CallSite

    def ask(self, colours: Colours) -> Member | None:
        for position in range(len(self.call.facts.args)):
            found = self._read(colours, position)
            if found is not None:
                return found
        return None

    def _read(self, colours: Colours, position: int) -> Member | None:
        function, facts = self.call.function, self.call.facts
        evaluator = colours.world.evaluator
        callees = evaluator.term(function, facts.func)
        if not is_read_by(evaluator, callees, position, colours.scope):
            return None
        return colours.read(function, facts.args[position])

    def write(self, edit: Edit, member: Member) -> None:
        del member
        for position, argument in enumerate(self.node.args[: len(self.call.facts.args)]):
            if argument.star or self._read(edit.colours, position) is None:
                continue
            name = edit.item(self.unit.node)
            edit.change(argument, partial(_as_list, name=name))


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of a call with arguments by position."""
    call = unit.module.call(node) if isinstance(node, cst.Call) and node.args else None
    if isinstance(node, cst.Call) and call is not None and call.facts.args:
        yield _Reader(unit, node, call)


def _as_list(node: cst.CSTNode, name: str) -> cst.CSTNode:
    assert isinstance(node, cst.Arg)  # noqa: S101 - an argument stays one
    read = cst.CompFor(target=cst.Name(name), iter=node.value, asynchronous=cst.Asynchronous())
    return node.with_changes(value=cst.ListComp(elt=cst.Name(name), for_in=read))
