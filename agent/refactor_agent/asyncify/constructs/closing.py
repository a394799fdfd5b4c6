"""Driving async iterables: ``stream.close()`` becomes ``await stream.aclose()``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from refactor_agent.asyncify.awaiting import await_
from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.site import Site, Unit
from refactor_agent.asyncify.stopping import write_stops
from refactor_agent.asyncify.world import CallSite

__all__ = ["find"]


_ASYNC = {"close": "aclose", "send": "asend", "throw": "athrow"}


@dataclass(frozen=True, eq=False)
class _Drive(Site):
    node: cst.Call
    call: CallSite
    method: str

    def ask(self, colours: Colours) -> Member | None:
        function, func = self.call.function, self.call.facts.func
        if func is None or colours.called(function, func) is not None:
            return None
        found = colours.read(function, func[1])
        return None if found is None else Member(_ASYNC[self.method], weak=found.weak)

    def write(self, edit: Edit, member: Member) -> None:
        assert isinstance(self.node.func, cst.Attribute)  # noqa: S101 - see `find`
        edit.change(self.node.func.attr, lambda _: cst.Name(member.name))
        await_(edit, self.node)
        if self.method != "close":
            write_stops(edit, self.node)


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of a call of ``close`` without arguments, or of ``send`` and ``throw``."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        return
    method = node.func.attr.value
    call = unit.module.call(node) if method in _ASYNC else None
    if call is not None and bool(node.args) != (method == "close"):
        yield _Drive(unit, node, call, method)
