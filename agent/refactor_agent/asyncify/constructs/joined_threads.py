"""A thread that is joined as soon as it is started: its target is awaited in its place.

Such a thread runs beside nothing; it is there for another thread's sake, or for nothing at all.
What its target raises would have been printed, and is raised now, which is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst
import libcst.matchers as m

from refactor_agent.asyncify.awaiting import await_
from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.constructs import threads
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.nodes import within
from refactor_agent.asyncify.site import Site, Unit
from refactor_agent.asyncify.tasks import coroutine, of_either_colour
from refactor_agent.asyncify.threads import Thread
from refactor_agent.asyncify.world import CallSite

__all__ = ["JoinedThread", "find"]


@dataclass(frozen=True, eq=False)
class JoinedThread(Site):
    """A call that makes a thread which is started and joined by the next statements."""

    node: cst.Call
    made: threads.ThreadSite
    thread: Thread
    assignment: cst.Assign

    @property
    def call(self) -> CallSite:
        """The call's facts."""
        return self.made.call

    def ask(self, colours: Colours) -> Member | None:
        """Say whether the target waits, where no pair makes tasks of threads."""
        if colours.world.leaves.tasks:
            return None
        found = self.made.targets(colours)
        waits = any(member is not None and member.awaited for member in found)
        return Member("target", maybe=None in found) if waits else None

    def write(self, edit: Edit, member: Member) -> None:
        """Await the target; where it may be a plain function, that still runs on a thread."""
        runner = of_either_colour(edit) if member.maybe else None
        for line in self.thread.gone:
            edit.change(line, lambda _: cst.RemoveFromParent())
        edit.spelling.names.drop(self.node.func)
        edit.change(self.node, lambda node: coroutine(self.thread, node, runner))
        await_(edit, self.node)
        edit.change(self.assignment, _value)
        text = "what the thread ran is awaited in its place; what it raises is raised here now"
        edit.refusals.add("thread-joined", text, edit.source.site(self.node))


def _value(node: cst.CSTNode) -> cst.CSTNode:
    return cst.Expr(cst.ensure_type(node, cst.Assign).value)


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of a call that makes a thread which is joined at once."""
    for made in threads.find(unit, node):
        assignment = unit.module.source.parents[node]
        thread = made.read() if isinstance(made, threads.ThreadSite) else None
        if not isinstance(made, threads.ThreadSite) or thread is None or not thread.gone:
            continue
        if isinstance(assignment, cst.Assign):
            joined = _joined(unit, assignment, thread)
            if joined is not None:
                whole = thread._replace(gone=(*thread.gone, joined))
                yield JoinedThread(unit, made.node, made, whole, assignment)


def _joined(unit: Unit, assignment: cst.Assign, thread: Thread) -> cst.BaseStatement | None:
    """Give the statement after the start, where it joins the thread and nothing else uses it."""
    target, parents = assignment.targets[0].target, unit.module.source.parents
    started = thread.gone[-1]
    block = parents[started]
    if not isinstance(target, cst.Name) or not isinstance(block, cst.IndentedBlock):
        return None
    at = list(block.body).index(started) + 1
    line = block.body[at] if at < len(block.body) else None
    join = m.Call(func=m.Attribute(value=m.Name(target.value), attr=m.Name("join")), args=[])
    if not m.matches(line or block, m.SimpleStatementLine(body=[m.Expr(value=join)])):
        return None
    uses = [node for node in within(unit.node) if m.matches(node, m.Name(target.value))]
    return line if len(uses) == len(thread.gone) + 2 else None
