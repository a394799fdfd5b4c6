"""Generator expressions that would wait: what reads them at once gets a list instead.

``any`` and ``all`` stop early, and so does what takes their place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.constructs import calls, closing, loops, steps
from refactor_agent.asyncify.constructs._short import stop_early, stops_early
from refactor_agent.asyncify.constructs.consumers import is_consumer
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.site import Site, Unit

__all__ = ["find"]


@dataclass(frozen=True, eq=False)
class _Generator(Site):
    node: cst.GeneratorExp
    inner: tuple[Site, ...]

    def ask(self, colours: Colours) -> Member | None:
        for site in self.inner:
            member = site.ask(colours)
            if member is not None and (member.awaited or isinstance(site.node, cst.CompFor)):
                return member
        return None

    def write(self, edit: Edit, member: Member) -> None:
        del member
        parent = edit.parent(self.node)
        call = edit.parent(parent) if isinstance(parent, cst.Arg) else None
        if not isinstance(call, cst.Call) or not is_consumer(call):
            site = edit.source.site(self.node)
            edit.refusals.add(
                "generator-expression", "becomes an async generator; check who reads it", site
            )
            return
        if stops_early(call) and self._waits_for_each(edit.colours):
            stop_early(edit, call)
            return
        edit.change(self.node, _as_list)

    def _waits_for_each(self, colours: Colours) -> bool:
        """Say whether something waits for every element, and not once before the first."""
        start = self.node.for_in.iter
        first = {id(part) for part in (start, *_parts(start))}
        waiting = (site for site in self.inner if site.ask(colours) is not None)
        return any(id(site.node) not in first for site in waiting)


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of a generator expression."""
    if isinstance(node, cst.GeneratorExp):
        inner = [
            site
            for part in _parts(node)
            for construct in (calls, closing, loops, steps)
            for site in construct.find(unit, part)
        ]
        yield _Generator(unit, node, tuple(inner))


def _parts(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for child in node.children:
        if not isinstance(child, cst.Lambda):
            yield child
            yield from _parts(child)


def _as_list(node: cst.CSTNode) -> cst.CSTNode:
    assert isinstance(node, cst.GeneratorExp)  # noqa: S101 - an expression stays one
    return cst.ListComp(elt=node.elt, for_in=node.for_in)
