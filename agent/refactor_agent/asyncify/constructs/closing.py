"""Closing async iterables: ``stream.close()`` becomes ``await stream.aclose()``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from refactor_agent.asyncify.awaiting import await_
from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.site import Site, Unit
from refactor_agent.asyncify.world import CallSite

__all__ = ["find"]


@dataclass(frozen=True, eq=False)
class _Close(Site):
    node: cst.Call
    call: CallSite

    def ask(self, colours: Colours) -> Member | None:
        function, func = self.call.function, self.call.facts.func
        if func is None or colours.called(function, func) is not None:
            return None
        found = colours.read(function, func[1])
        return None if found is None else Member("aclose", weak=found.weak)

    def write(self, edit: Edit, member: Member) -> None:
        assert isinstance(self.node.func, cst.Attribute)  # noqa: S101 - see `find`
        edit.change(self.node.func.attr, lambda _: cst.Name(member.name))
        await_(edit, self.node)


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of a call of ``close`` without arguments."""
    if not isinstance(node, cst.Call) or node.args or not isinstance(node.func, cst.Attribute):
        return
    call = unit.module.call(node)
    if node.func.attr.value == "close" and call is not None:
        yield _Close(unit, node, call)
