"""Single steps of what has become an async iterator: ``next(it)`` becomes ``await anext(it)``."""

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


@dataclass(frozen=True, eq=False)
class _Step(Site):
    node: cst.Call
    call: CallSite

    def ask(self, colours: Colours) -> Member | None:
        found = colours.read(self.call.function, self.call.facts.args[0])
        if found is None:
            return None
        is_step = isinstance(self.node.func, cst.Name) and self.node.func.value == "next"
        return Member("anext" if is_step else "aiter", awaited=is_step, weak=found.weak)

    def suspends(self, member: Member) -> bool:
        return member.awaited and not member.weak

    def write(self, edit: Edit, member: Member) -> None:
        edit.change(self.node.func, lambda _: cst.Name(member.name))
        if member.awaited:
            await_(edit, self.node)
            write_stops(edit, self.node)


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of a call of the builtins ``next`` and ``iter``."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Name) or not node.args:
        return
    call = unit.module.call(node)
    if node.func.value in {"next", "iter"} and call is not None:
        yield _Step(unit, node, call)
