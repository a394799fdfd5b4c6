"""Calls of methods that are looked up by a name put together at run time.

``getattr(self, "do_" + name)(x)``: where all methods that it can mean wait, it is awaited; where
some do, what it gives is awaited if it can be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst
import libcst.matchers as m

from refactor_agent.asyncify.awaiting import await_, await_if_needed
from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.looked_up import look_up_behind, looked_up
from refactor_agent.asyncify.site import Site, Unit
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import FunctionValue, Instance

__all__ = ["find"]


@dataclass(frozen=True, eq=False)
class _LookedUp(Site):
    node: cst.Call
    methods: tuple[ProjectFunction, ...]
    falls_back: bool
    """Whether something else is called where there is no such method."""

    def ask(self, colours: Colours) -> Member | None:
        found = [colours.of(_value(method)) for method in self.methods]
        waits = [member for member in found if member is not None and member.awaited]
        kept = all(member.name == member.old for member in waits)
        if not waits or not kept:
            return None
        return waits[0]._replace(maybe=self.falls_back or len(waits) < len(found))

    def write(self, edit: Edit, member: Member) -> None:
        if member.maybe:
            await_if_needed(edit, self.node)
        else:
            await_(edit, self.node)


def _value(method: ProjectFunction) -> FunctionValue:
    owner = method.owner
    return FunctionValue(method.name, Instance(owner.name) if owner is not None else None)


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of a call whose callee is looked up."""
    look_up = look_up_behind(unit.module, node) if isinstance(node, cst.Call) else None
    if not isinstance(node, cst.Call) or look_up is None:
        return
    methods = looked_up(unit.module, look_up)
    other = look_up.args[2].value if len(look_up.args) > 2 else cst.Name("None")
    if methods:
        yield _LookedUp(unit, node, tuple(methods), not m.matches(other, m.Name("None")))
