"""What was to run when the interpreter ends: there is no loop by then that could await it.

``atexit.register(self.close)`` goes, where ``close`` has become async, and that is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.site import Site, Unit
from refactor_agent.asyncify.world import CallSite
from refactor_agent.locate.resolve.values import External

__all__ = ["AtExitSite", "find"]


@dataclass(frozen=True, eq=False)
class AtExitSite(Site):
    """A statement that registers a function."""

    node: cst.Call
    call: CallSite

    def ask(self, colours: Colours) -> Member | None:
        """Say whether the function has become async."""
        function = self.call.function
        values = colours.whence.callables(function, self.call.facts.args[0])
        found = (colours.of(value) for value in values)
        return next((member for member in found if member is not None and member.awaited), None)

    def suspends(self, member: Member) -> bool:
        """Say no: nothing waits here."""
        del member
        return False

    def write(self, edit: Edit, member: Member) -> None:
        """Take the statement out, and say so."""
        text = f"no loop is left at exit to await {member.old}; await it before the loop ends"
        edit.refusals.add("at-exit", text, edit.source.site(self.node))
        edit.spelling.names.drop(self.node.func)
        line = edit.parent(edit.parent(self.node))
        block = edit.parent(line)
        body = block.body if isinstance(block, cst.IndentedBlock) else ()
        if len(body) > 1 and isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1:
            edit.change(line, lambda _: cst.RemoveFromParent())
        else:
            edit.change(edit.parent(self.node), lambda _: cst.Pass())


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of ``atexit.register(f)``, where that is a statement."""
    call = unit.module.call(node) if isinstance(node, cst.Call) else None
    if not isinstance(node, cst.Call) or call is None or not call.facts.args:
        return
    if isinstance(unit.module.source.parents[node], cst.Expr):
        made = unit.module.evaluator.term(call.function, call.facts.func)
        if made == (External("atexit.register"),):
            yield AtExitSite(unit, node, call)
