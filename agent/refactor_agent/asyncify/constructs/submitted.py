"""What is submitted to a pool from elsewhere: ``pool.submit(f, x)`` is ``create_task(f(x))``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.site import Site, Unit
from refactor_agent.asyncify.world import CallSite

__all__ = ["find"]


@dataclass(frozen=True, eq=False)
class _Submitted(Site):
    node: cst.Call
    call: CallSite

    def ask(self, colours: Colours) -> Member | None:
        is_task = self.call in colours.world.submitted
        return Member("asyncio.create_task", awaited=False) if is_task else None

    def suspends(self, member: Member) -> bool:
        del member
        return False

    def write(self, edit: Edit, member: Member) -> None:
        del member
        create = edit.spelling.from_module("asyncio", "create_task")

        def change(changed: cst.CSTNode) -> cst.CSTNode:
            function, *args = cst.ensure_type(changed, cst.Call).args
            return cst.Call(create, [cst.Arg(cst.Call(function.value, args))])

        edit.change(self.node, change)


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of a call of a method ``submit``."""
    call = unit.module.call(node) if isinstance(node, cst.Call) else None
    if not isinstance(node, cst.Call) or call is None or not isinstance(node.func, cst.Attribute):
        return
    if node.func.attr.value == "submit" and node.args and not node.args[0].star:
        yield _Submitted(unit, node, call)
