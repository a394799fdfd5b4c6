"""The report of a run, as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Literal, get_args

from refactor_agent.domain.decision import Decision, Status
from refactor_agent.domain.plan import ChangeSet
from refactor_agent.domain.proposal import Author
from refactor_agent.domain.region import Region, Skipped
from refactor_agent.domain.values import Value
from refactor_agent.domain.verdict import Verdict
from refactor_agent.project import Interpreter, Revision

__all__ = ["Report", "ReportedChange", "SuiteSummary"]


class SuiteSummary(Value):
    """The target's own tests before any change."""

    command: tuple[str, ...] = ()
    tests: int = 0
    passed: int = 0
    failing: tuple[str, ...] = ()
    flaky: tuple[str, ...] = ()
    seconds: float = 0.0
    """One run of the suite."""
    problem: str = ""
    """Why the suite could not be used, when it could not."""


class ReportedChange(Value):
    """A change set with all that became of it."""

    change_set: ChangeSet
    decision: Decision
    verdict: Verdict | None = None
    author: Author | None = None
    notes: tuple[str, ...] = ()
    patch: str | None = None
    """Path of its patch inside the run directory."""

    def reasons(self) -> tuple[str, ...]:
        """Say why it ended as it did, each reason once, the one that decided first."""
        if self.decision.status != "left":
            return (self.decision.reason,) if self.decision.reason else ()
        tried = [one.reason for one in self.decision.tried]
        return tuple(dict.fromkeys([*tried, *(one.message for one in self.change_set.refusals)]))


class Report(Value):
    """Everything a run found, did and left."""

    format_version: Literal[1] = 1
    tool_version: str
    run: str
    target: str
    created: str
    revision: Revision
    interpreter: Interpreter
    rules: str
    """Fingerprint of the rules that were in force."""
    suite: SuiteSummary
    regions: tuple[Region, ...]
    changes: tuple[ReportedChange, ...]
    combined: Verdict | None = None
    skipped: tuple[Skipped, ...] = ()
    notices: tuple[str, ...] = ()
    """What a person should know about the run as a whole."""
    seconds: Mapping[str, float] = {}
    """Wall time by phase, in the order of the phases."""
    model_usage: Mapping[str, int | float | None] = {}

    def grouped(self) -> Mapping[Status, tuple[ReportedChange, ...]]:
        """Give the change sets by how they ended, the best ending first; no group is empty."""
        groups = {
            status: tuple(one for one in self.changes if one.decision.status == status)
            for status in get_args(Status)
        }
        return {status: found for status, found in groups.items() if found}

    def counts(self) -> Mapping[str, int]:
        """Count the change sets by how they ended, in the order of `grouped`."""
        return Counter({status: len(found) for status, found in self.grouped().items()})
