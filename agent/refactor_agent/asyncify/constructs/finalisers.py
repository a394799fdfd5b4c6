"""Finalisers: what has to be awaited now runs in ``__del__`` as far as it goes without waiting.

A call that is left as it is would make a coroutine that nobody runs: an object that has nothing to
close any more would no longer even find that out. Where there is something to wait for, the object
was dropped without being closed, which is told as the standard library tells it: with a
`ResourceWarning` that has the object as its source. That a finaliser can't wait stays a refusal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.constructs import calls
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.site import Site, Unit
from refactor_agent.asyncify.waiting import waiting

__all__ = ["find"]

_HELPER = "_begun"
_CODE = '''\
def {name}(awaitable, owner):
    """Run ``awaitable`` as far as it goes without waiting, which a finaliser can't."""
    steps = awaitable.__await__()
    try:
        next(steps)
    except StopIteration:
        return
    steps.close()
    {warn}(f"unclosed {{owner!r}}", ResourceWarning, source=owner)
'''


@dataclass(frozen=True, eq=False)
class _InFinaliser(Site):
    node: cst.Call
    call: Site
    owner: str

    def ask(self, colours: Colours) -> Member | None:
        member = self.call.ask(colours)
        if member is None or waiting(self.node, member) is not None:
            return None
        is_plain = not member.awaited or member.maybe or member.gives != "value" or member.target
        return None if is_plain else member

    def suspends(self, member: Member) -> bool:
        del member
        return False

    def write(self, edit: Edit, member: Member) -> None:
        if _HELPER not in edit.helpers:
            warn = edit.source.module.code_for_node(edit.spelling.from_module("warnings", "warn"))
            edit.helpers[_HELPER] = _CODE.format(name=_HELPER, warn=warn)
        calls.rename(edit, self.node, member)
        arguments = [cst.Arg(cst.Name(self.owner))]

        def change(changed: cst.CSTNode) -> cst.CSTNode:
            given = cst.Arg(cst.ensure_type(changed, cst.Call))
            return cst.Call(cst.Name(_HELPER), [given, *arguments])

        edit.change(self.node, change)


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of a call in a finaliser whose result nothing is done with."""
    parameters = unit.node.params.params
    if unit.function.facts.bare != "__del__" or unit.function.owner is None or not parameters:
        return
    if isinstance(node, cst.Expr) and isinstance(node.value, cst.Call):
        for site in calls.find(unit, node.value):
            yield _InFinaliser(unit, node.value, site, parameters[0].name.value)
