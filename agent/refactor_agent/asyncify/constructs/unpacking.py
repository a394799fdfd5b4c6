"""Async iterables that are taken apart in one go: ``first, *rest = x``, ``[*x]``, ``a in x``."""

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
class _Unpacking(Site):
    node: cst.BaseExpression
    read: TermSite

    def ask(self, colours: Colours) -> Member | None:
        return colours.read(self.read.function, self.read.term)

    def write(self, edit: Edit, member: Member) -> None:
        del member
        name = edit.item(self.unit.node)

        def change(node: cst.CSTNode) -> cst.CSTNode:
            assert isinstance(node, cst.BaseExpression)  # noqa: S101 - it stays one
            loop = cst.CompFor(cst.Name(name), node, asynchronous=cst.Asynchronous())
            return cst.ListComp(elt=cst.Name(name), for_in=loop)

        edit.change(self.node, change)


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of what is unpacked, or looked through for a value."""
    for taken in _taken_apart(node):
        read = unit.module.term(taken)
        if read is not None:
            yield _Unpacking(unit, taken, read)


def _taken_apart(node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    if isinstance(node, cst.Assign):
        if any(isinstance(one.target, cst.Tuple | cst.List) for one in node.targets):
            yield node.value
    elif isinstance(node, cst.StarredElement) or (isinstance(node, cst.Arg) and node.star == "*"):
        yield node.value
    elif isinstance(node, cst.ComparisonTarget) and isinstance(node.operator, cst.In | cst.NotIn):
        yield node.comparator
