"""Clients whose async form connects at its first call: what is wrong is raised there."""

from __future__ import annotations

import libcst as cst

from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.makers import Maker
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.variables import Variable

__all__ = ["check_late", "refuse_late"]


def check_late(job: Job, work: FileWork, found: Variable, maker: Maker) -> None:
    """Raise `Refused` where handlers guard the making of the client, and not all of its use."""
    if not job.rulebook.is_late(maker.kind):
        return
    for body in _guarded(work, maker.call):
        if any(body not in work.source.ancestors(use) for use in found.uses):
            message = "the async client connects later than the handlers around its making expect"
            refuse("client-not-local", message, work.source.site(maker.call))


def refuse_late(job: Job, work: FileWork, maker: Maker) -> None:
    """Raise `Refused` where a client that connects late is made for more than one function."""
    if job.rulebook.is_late(maker.kind):
        message = "the async client connects at its first call, not where this one is made"
        refuse("client-not-local", message, work.source.site(maker.call))


def _guarded(work: FileWork, call: cst.Call) -> list[cst.BaseSuite]:
    """Give the bodies of the statements whose handlers see what making the client raises."""
    found: list[cst.BaseSuite] = []
    below: cst.CSTNode = call
    for outer in work.source.ancestors(call):
        if isinstance(outer, cst.FunctionDef | cst.Lambda):
            break
        handled = isinstance(outer, cst.Try | cst.TryStar) and outer.handlers
        if handled and isinstance(below, cst.BaseSuite):
            found.append(below)
        below = outer
    return found
