"""The suite run twice before any change: at once, where that shows what it shows alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass

from refactor_agent.domain.plan import Refusal
from refactor_agent.verify.probe_log import SuiteRun

__all__ = ["Twice", "run_twice"]

_FAILS = frozenset({"failed", "error"})

Run = Callable[[str, int], Coroutine[None, None, SuiteRun]]
"""Runs the suite: what to call the run, and of which half of the tests, 0 or 1, the executed lines
are noted: to note all of them in one run would keep everybody waiting for it."""
Judge = Callable[[SuiteRun], Refusal | None]
"""Says why a run is of no use, if it is."""


@dataclass(frozen=True)
class Twice:
    """Two runs of the same code."""

    first: SuiteRun
    second: SuiteRun
    alone: bool = False
    """Whether runs get into each other's way when they are made at once."""


async def run_twice(
    run: Run, why_unusable: Judge, *, at_once: bool, apart: bool
) -> Twice | Refusal:
    """Run the suite twice; gives why not, when it is of no use.

    Where the runs are made ``at_once`` and differ, or where tests fail and nothing keeps the runs
    ``apart``, they may have met: at a port, or a file with a fixed name. Then what counts is how
    they end alone.
    """
    together = None
    if at_once:
        runs = await asyncio.gather(run("first run", 0), run("second run", 1))
        together = Twice(*runs)
        if _agree(*runs, why_unusable) and (apart or not _shows_a_fault(runs[0], why_unusable)):
            return why_unusable(runs[0]) or together
    first = await run("a run alone" if together else "first run", 0)
    refusal = why_unusable(first)
    if refusal is not None:
        return refusal
    if together and all(_agree(first, one, why_unusable) for one in _both(together)):
        return together
    second = await run("another run alone" if together else "second run", 1)
    refusal = why_unusable(second)
    if refusal is not None:
        return refusal
    met = together is not None and any(
        why_unusable(one) is not None or _differs(one, first, second) for one in _both(together)
    )
    return Twice(first, second, alone=met)


def _both(twice: Twice) -> tuple[SuiteRun, SuiteRun]:
    return twice.first, twice.second


def _agree(one: SuiteRun, other: SuiteRun, why_unusable: Judge) -> bool:
    """Say whether two runs saw the same tests end in the same way, or are of no use alike."""
    reasons = {getattr(why_unusable(run), "reason", "") for run in (one, other)}
    if len(reasons) > 1:
        return False
    return reasons != {""} or _ends(one) == _ends(other)


def _shows_a_fault(run: SuiteRun, why_unusable: Judge) -> bool:
    return why_unusable(run) is not None or not _FAILS.isdisjoint(_ends(run).values())


def _differs(together: SuiteRun, first: SuiteRun, second: SuiteRun) -> bool:
    """Say whether a test that ends in one way alone ended in another beside the other run."""
    steady = dict(_ends(first).items() & _ends(second).items())
    found = _ends(together)
    return any(found.get(test) != outcome for test, outcome in steady.items())


def _ends(run: SuiteRun) -> dict[str, str]:
    return dict(_endings(run))


def _endings(run: SuiteRun) -> Iterator[tuple[str, str]]:
    yield from run.outcomes.items()
    for file in run.collect_errors:
        yield file, "error"
