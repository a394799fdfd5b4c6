"""Exit stacks: what is entered or called at the end may be async now."""

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
from refactor_agent.locate.resolve.values import Instance

__all__ = ["find"]

_ENTERS = {"enter_context": "enter_async_context"}
_CALLS = {"callback": "push_async_callback", "push": "push_async_exit"}
_STACKS = frozenset({"contextlib.ExitStack", "contextlib.AsyncExitStack"})


@dataclass(frozen=True, eq=False)
class _Stack(Site):
    node: cst.Call
    call: CallSite
    method: str

    def ask(self, colours: Colours) -> Member | None:
        function, facts = self.call.function, self.call.facts
        if facts.func is None or not _is_stack(colours, self.call):
            return None
        if self.method in _ENTERS:
            found = colours.entered(function, facts.args[0])
            return found and Member(_ENTERS[self.method], old=self.method, weak=found.weak)
        found = colours.called(function, facts.args[0])
        if found is None or not found.awaited:
            return None
        return Member(_CALLS[self.method], awaited=False, old=self.method, weak=found.weak)

    def suspends(self, member: Member) -> bool:
        return member.awaited and not member.weak

    def write(self, edit: Edit, member: Member) -> None:
        func = cst.ensure_type(self.node.func, cst.Attribute)
        edit.change(func.attr, lambda _: cst.Name(member.name))
        if member.awaited:
            await_(edit, self.node)


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of a method of an exit stack that takes something to end later."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute) or not node.args:
        return
    method, call = node.func.attr.value, unit.module.call(node)
    if method in {*_ENTERS, *_CALLS} and call is not None and call.facts.args:
        yield _Stack(unit, node, call, method)


def _is_stack(colours: Colours, call: CallSite) -> bool:
    func = call.facts.func
    values = (
        colours.whence.values(call.function, func[1]) if func is not None and len(func) > 1 else ()
    )
    return any(isinstance(value, Instance) and value.cls in _STACKS for value in values)
