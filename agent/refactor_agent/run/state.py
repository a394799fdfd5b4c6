"""The graph's state: small JSON, keys of values in the store."""

from __future__ import annotations

import operator
from typing import Annotated, TypedDict

__all__ = ["ChangeResult", "ChangeState", "RunState"]


class ChangeState(TypedDict, total=False):
    """One change set on its way through propose, verify and decide."""

    id: str
    plan: str
    baseline: str
    attempt: int
    """How many of the rule-made attempts were used up."""
    answers: list[list[str]]
    """The model's proposals that the gate turned down: proposal key and verdict key."""
    models_done: bool
    """Models were asked before the last of the rule-made attempts, and have no turn left."""
    proposal: str | None
    verdict: str | None
    findings: str | None
    """What a model's review found in the proposal."""
    held: str | None
    """The decision on a proposal that a review sent back, should nothing better come."""
    in_reserve: list[str]
    """An unverified proposal of the rules, and its verdict, should nothing better come."""
    tried: list[dict[str, str]]
    """`Tried` records, oldest first."""
    decisions: Annotated[list[str], operator.add]


class ChangeResult(TypedDict):
    """What a change set's subgraph hands back to the run."""

    decisions: Annotated[list[str], operator.add]


class RunState(TypedDict, total=False):
    """A run from start to end."""

    findings: str
    baseline: str
    plan: str
    decisions: Annotated[list[str], operator.add]
    rejected: list[str]
    """Change sets that a person held back."""
    combined: str
    report: str
