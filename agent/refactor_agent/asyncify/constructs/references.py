"""Methods that are handed on: ``stack.push(child.__exit__)`` gets their new name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.site import Site, Unit
from refactor_agent.asyncify.world import TermSite

__all__ = ["find"]


@dataclass(frozen=True, eq=False)
class _Reference(Site):
    node: cst.Attribute
    read: TermSite

    def ask(self, colours: Colours) -> Member | None:
        found = colours.called(self.read.function, self.read.term)
        renamed = found is not None and self.node.attr.value == found.old != found.name
        return found if renamed else None

    def suspends(self, member: Member) -> bool:
        del member
        return False

    def write(self, edit: Edit, member: Member) -> None:
        if "." not in member.name:
            edit.change(self.node.attr, lambda _: cst.Name(member.name))


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of an attribute that is read and not called."""
    if not isinstance(node, cst.Attribute):
        return
    parent = unit.module.source.parents[node]
    if isinstance(parent, cst.Call) and parent.func is node:
        return
    read = unit.module.term(node)
    if read is not None:
        yield _Reference(unit, node, read)
