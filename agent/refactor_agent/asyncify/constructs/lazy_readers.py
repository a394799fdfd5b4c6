"""What the standard library reads step by step, and can't where it must be waited for: ``zip``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.site import Site, Unit
from refactor_agent.asyncify.world import CallSite
from refactor_agent.convert.refused import refuse
from refactor_agent.locate.resolve.values import External

__all__ = ["find"]

_READERS = frozenset({"builtins.filter", "builtins.map", "builtins.zip", "functools.reduce"})
_HOMES = ("collections.", "heapq.", "itertools.", "statistics.")


@dataclass(frozen=True, eq=False)
class _Reader(Site):
    node: cst.Call
    call: CallSite

    def ask(self, colours: Colours) -> Member | None:
        function, facts = self.call.function, self.call.facts
        if not any(map(_reads, colours.world.evaluator.term(function, facts.func))):
            return None
        found = (colours.read(function, term) for term in facts.args)
        return next(filter(None, found), None)

    def write(self, edit: Edit, member: Member) -> None:
        del member
        name = edit.source.module.code_for_node(self.node.func)
        text = f"{name} would read an async iterable; write a loop, or give it a list"
        refuse("plain-reader", text, edit.source.site(self.node))


def _reads(value: object) -> bool:
    name = value.name if isinstance(value, External) else ""
    return name in _READERS or (name.startswith(_HOMES) and not name.startswith("collections.abc"))


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of a call that may be one of these."""
    call = unit.module.call(node) if isinstance(node, cst.Call) and node.args else None
    if isinstance(node, cst.Call) and call is not None and call.facts.args:
        yield _Reader(unit, node, call)
