"""Verdicts: what the gate found out about a proposal."""

from __future__ import annotations

from typing import Literal

from refactor_agent.domain.differential import DifferentialRun
from refactor_agent.domain.load import LoadReport
from refactor_agent.domain.place import Site
from refactor_agent.domain.values import Value

__all__ = ["CheckFailure", "Outcome", "TestDelta", "Verdict"]

Outcome = Literal["verified", "unverified", "failed"]


class CheckFailure(Value):
    """One thing a check objects to."""

    check: str
    message: str
    """For a person, and for the model that repairs it: exact, with names."""
    site: Site | None = None
    hazards: tuple[str, ...] = ()


class TestDelta(Value):
    """The target's tests after the change, against the baseline. Test ids are pytest's."""

    __test__ = False

    command: tuple[str, ...]
    ran: int
    passed: int
    newly_failing: tuple[str, ...] = ()
    newly_skipped: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """No longer collected, or not run although asked for."""
    unexpected: tuple[str, ...] = ()
    """Collected only after the change."""
    seconds: float = 0.0


class Verdict(Value):
    """The gate's answer, with its evidence."""

    change_set: str
    outcome: Outcome
    failures: tuple[CheckFailure, ...] = ()
    doubts: tuple[CheckFailure, ...] = ()
    """What a check can't decide, such as a race; they leave the change unverified."""
    checks: tuple[str, ...] = ()
    """Names of the checks that ran."""
    tests: TestDelta | None = None
    covering_tests: tuple[str, ...] = ()
    """Tests that executed changed lines."""
    uncovered: tuple[Site, ...] = ()
    """Changed lines that no executed test reached."""
    unblocked: tuple[str, ...] = ()
    """What no longer blocks a loop when these tests run, as ``primitive in file::name``."""
    differential: tuple[DifferentialRun, ...] = ()
    """Examples of the rules behind the change, run on both sides in the target's environment."""
    load: LoadReport | None = None
    """How its ASGI application answers under load, where the project names one."""
    reason: str = ""
    """One line: why it is not verified."""
