"""Decisions: what becomes of a change set in the end."""

from __future__ import annotations

from typing import Literal

from refactor_agent.domain.plan import Strategy
from refactor_agent.domain.values import Value

__all__ = ["Decision", "ReviewFinding", "Status", "Tried"]

Status = Literal["verified", "unverified", "failed", "dropped", "rejected", "left"]
"""The best first. ``dropped``: right alone, but not in the combined result. ``rejected``: a
reviewer or policy held it back. ``left``: nothing was proposed."""


class Tried(Value):
    """One proposal that was made on the way, and what the gate said."""

    strategy: Strategy
    author: str
    outcome: str
    reason: str = ""


class ReviewFinding(Value):
    """What a reviewing model holds against a patch, with its evidence."""

    severity: Literal["blocker", "major", "minor"]
    file: str
    line: int
    quote: str
    """The line, as it stands after the change."""
    rule: str
    """The words of the review standard that it breaks."""
    fails: str
    """The sequence of events that ends badly."""
    mend: str = ""
    model: str = ""


class Decision(Value):
    """The end of one change set."""

    change_set: str
    status: Status
    reason: str = ""
    tried: tuple[Tried, ...] = ()
    findings: tuple[ReviewFinding, ...] = ()
    """Of a model's review; a blocker holds the patch for a person."""
    proposal: str | None = None
    """Key of the chosen proposal in the store."""
    verdict: str | None = None
    """Key of its verdict in the store."""
