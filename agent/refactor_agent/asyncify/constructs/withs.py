"""Context managers that have become async: ``with`` becomes ``async with``."""

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
class _With(Site):
    node: cst.With
    items: tuple[TermSite | None, ...]
    closings: tuple[bool, ...]
    """Which items are ``closing(x)``; the term is that of ``x`` then."""

    def ask(self, colours: Colours) -> Member | None:
        found = [member for member in self._entered(colours) if member is not None]
        return next((m for m in found if not m.weak), found[0] if found else None)

    def _entered(self, colours: Colours) -> list[Member | None]:
        return [
            colours.entered(item.function, item.term) if item is not None else None
            for item in self.items
        ]

    def write(self, edit: Edit, member: Member) -> None:
        del member
        kinds = [found is not None for found in self._entered(edit.colours)]
        for item, kind, is_closing in zip(self.node.items, kinds, self.closings, strict=True):
            if kind and is_closing:
                edit.change(item.item, lambda n: cst.ensure_type(n, cst.Call).args[0].value)
                edit.spelling.names.drop(cst.ensure_type(item.item, cst.Call).func)
        if all(kinds):
            edit.change(self.node, lambda n: n.with_changes(asynchronous=cst.Asynchronous()))
        else:
            edit.change(self.node, lambda n: _split(n, kinds))


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of a ``with`` statement."""
    if isinstance(node, cst.With) and node.asynchronous is None:
        closings = tuple(_closed(item.item) is not None for item in node.items)
        items = tuple(unit.module.term(_closed(item.item) or item.item) for item in node.items)
        yield _With(unit, node, items, closings)


def _closed(node: cst.BaseExpression) -> cst.BaseExpression | None:
    """Give ``x`` of ``closing(x)``: what closes itself asynchronously needs no such help."""
    if not isinstance(node, cst.Call) or len(node.args) != 1:
        return None
    name = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
    is_closing = isinstance(name, cst.Name) and name.value == "closing"
    return node.args[0].value if is_closing else None


def _split(node: cst.CSTNode, kinds: list[bool]) -> cst.CSTNode:
    """Nest a ``with`` of several items where some are async and some are not."""
    assert isinstance(node, cst.With)  # noqa: S101 - a statement stays one
    groups: list[tuple[bool, list[cst.WithItem]]] = []
    for item, kind in zip(node.items, kinds, strict=True):
        if groups and groups[-1][0] == kind:
            groups[-1][1].append(item)
        else:
            groups.append((kind, [item]))
    body: cst.BaseSuite = node.body
    for number, (kind, items) in reversed(list(enumerate(groups))):
        items[-1] = items[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        made = cst.With(
            items=items,
            body=body,
            asynchronous=cst.Asynchronous() if kind else None,
            leading_lines=node.leading_lines if number == 0 else (),
        )
        body = cst.IndentedBlock([made])
    return made
