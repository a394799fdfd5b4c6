"""Checks of async iterables: ``isinstance(x, Iterable)``, ``hasattr(x, "close")``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from refactor_agent.asyncify.annotations import asynchronous_types
from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.site import Site, Unit
from refactor_agent.asyncify.special import ASYNC_NAMES
from refactor_agent.asyncify.world import CallSite

__all__ = ["find"]

_ASYNC_ATTRIBUTES = {"close": "aclose", "throw": "athrow", "send": "asend"} | ASYNC_NAMES
"""Attributes of iterators, and what async iterators have in their place."""


@dataclass(frozen=True, eq=False)
class _Check(Site):
    node: cst.Call
    call: CallSite

    def ask(self, colours: Colours) -> Member | None:
        found = colours.read(self.call.function, self.call.facts.args[0])
        return None if found is None else found._replace(weak=True)

    def stands_alone(self, member: Member) -> bool:
        del member
        return True

    def write(self, edit: Edit, member: Member) -> None:
        del member
        second = self.node.args[1].value
        if isinstance(second, cst.SimpleString):
            name = _ASYNC_ATTRIBUTES.get(str(second.evaluated_value))
            if name is not None:
                text = f"{second.prefix}{second.quote}{name}{second.quote}"
                edit.change(second, lambda _: cst.SimpleString(text))
        else:
            asynchronous_types(edit, second)


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of ``isinstance`` and ``hasattr``."""
    if not isinstance(node, cst.Call) or len(node.args) < 2 or not isinstance(node.func, cst.Name):
        return
    call = unit.module.call(node)
    if node.func.value in {"isinstance", "hasattr", "getattr"} and call is not None:
        yield _Check(unit, node, call)
