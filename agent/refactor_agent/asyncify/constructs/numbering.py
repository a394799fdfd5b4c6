"""``enumerate(x)`` over what has become an async iterable, which is still read step by step."""

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

_HELPER = "_numbered"
_CODE = '''\
async def _numbered(items, start=0):
    """Do for an async iterable what `enumerate` does."""
    async for item in items:
        yield start, item
        start += 1
'''


@dataclass(frozen=True, eq=False)
class _Numbering(Site):
    node: cst.Call
    call: CallSite

    def ask(self, colours: Colours) -> Member | None:
        return colours.read(self.call.function, self.call.facts.args[0])

    def suspends(self, member: Member) -> bool:
        del member
        return False  # who reads the numbered items waits

    def write(self, edit: Edit, member: Member) -> None:
        del member
        edit.helpers[_HELPER] = _CODE
        edit.change(self.node.func, lambda _: cst.Name(_HELPER))


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of a call of the builtin ``enumerate``."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Name):
        return
    call = unit.module.call(node)
    if node.func.value == "enumerate" and call is not None and call.facts.args:
        yield _Numbering(unit, node, call)
