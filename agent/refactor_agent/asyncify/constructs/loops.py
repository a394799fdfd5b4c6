"""Loops over what has become an async iterable: ``for`` becomes ``async for``."""

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
class _Loop(Site):
    node: cst.For | cst.CompFor
    read: TermSite

    def ask(self, colours: Colours) -> Member | None:
        return colours.read(self.read.function, self.read.term)

    def write(self, edit: Edit, member: Member) -> None:
        del member
        edit.change(self.node, lambda n: n.with_changes(asynchronous=cst.Asynchronous()))


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of a loop or of a comprehension's loop."""
    if isinstance(node, cst.For | cst.CompFor) and node.asynchronous is None:
        read = unit.module.term(node.iter)
        if read is not None:
            yield _Loop(unit, node, read)
