"""Runs the tests that a change needs, and those that fail once more."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Collection
from typing import NamedTuple

from refactor_agent.domain.verdict import CheckFailure
from refactor_agent.tree import Tree
from refactor_agent.verify.baseline import Baseline
from refactor_agent.verify.changed_lines import Coverage, measure_coverage
from refactor_agent.verify.compare import Comparison, compare
from refactor_agent.verify.context import Context
from refactor_agent.verify.copies import copied_ids
from refactor_agent.verify.loop_objections import loop_objections
from refactor_agent.verify.probe_log import SuiteRun
from refactor_agent.verify.selection import select_tests
from refactor_agent.verify.suite import Bench, Wanted, run_suite
from refactor_agent.verify.target import Target

__all__ = ["Trial", "try_change"]

_SLACK_FACTOR = 5
_SLACK_SECONDS = 60.0
_RETRIED = 20
"""More failures than this are no accident."""


@dataclasses.dataclass(frozen=True)
class Trial:
    """What the tests say about a change."""

    comparison: Comparison
    coverage: Coverage
    doubts: tuple[CheckFailure, ...] = ()
    """Tests that failed, and passed when they ran again; calls that still block the loop."""
    unblocked: tuple[str, ...] = ()
    """What no longer blocks a loop, as ``primitive in file::name``."""


class _Chosen(NamedTuple):
    """Test ids, ``None`` for all."""

    select: Collection[str] | None
    """Those to run."""
    noted: Collection[str] | None
    """Those whose executed lines are noted."""
    changed: bool = True
    """Whether they run on the changed files."""


async def try_change(
    context: Context, baseline: Baseline, target: Target, bench: Bench, *, whole: bool
) -> Trial:
    """Run the tests that reach the change, or all of them, in a copy with the change.

    Only of those that reach it the executed lines are noted: the others count as tests that still
    pass, and not as evidence that the change was run.
    """
    snapshot, changes = Tree(target.snapshot), context.after.changes
    reaching = await asyncio.to_thread(select_tests, baseline, snapshot, changes)
    copies = copied_ids(context.changes, baseline.collected)
    if reaching is not None:
        reaching = frozenset({*reaching, *copies, *copies.values()})
    select = None if whole else reaching
    run = await _run(context, baseline, target, bench, _Chosen(select, reaching))
    loops = loop_objections(context.changes, baseline.loops, run.loops)
    comparison = compare(baseline, run, select, copies).with_failures(loops.failures)
    coverage = await asyncio.to_thread(
        measure_coverage, context.before, context.files, run, comparison.passed
    )
    chance = ""
    if _may_be_chance(comparison):
        failing = comparison.delta.newly_failing
        chance = await _chance(context, baseline, target, bench, failing)
    if not chance:
        return Trial(comparison, coverage, loops.doubts, loops.gone)
    doubts = (*loops.doubts, *_doubts(comparison, chance))
    return Trial(dataclasses.replace(comparison, failures=()), coverage, doubts, loops.gone)


async def _chance(
    context: Context, baseline: Baseline, target: Target, bench: Bench, failing: Collection[str]
) -> str:
    """Say why it is no work of the change that tests failed; empty where it may be."""
    rerun = await _run(context, baseline, target, bench, _Chosen(failing, ()))
    again = compare(baseline, rerun, failing, copied_ids(context.changes, baseline.collected))
    if not again.failures:
        return "passes only sometimes"
    left = again.delta.newly_failing
    if not _may_be_chance(again) or not baseline.collected.issuperset(left):
        return ""
    unchanged = await _run(context, baseline, target, bench, _Chosen(left, (), changed=False))
    ends = {unchanged.outcomes.get(test) for test in left}
    return "fails without the change, too" if ends <= {"failed", "error"} else ""


async def _run(
    context: Context, baseline: Baseline, target: Target, bench: Bench, chosen: _Chosen
) -> SuiteRun:
    wanted = Wanted(
        watch=context.files,
        select=chosen.select,
        limit=_limit(baseline, target, chosen.select),
        noted=chosen.noted,
    )
    turn = bench.alone if baseline.alone else contextlib.nullcontext()
    laid = context.after.changes if chosen.changed else {}
    async with turn, bench.pool.lease(laid) as workspace:
        return await run_suite(target, baseline.ran_by, workspace, bench.sandbox, wanted)


def _may_be_chance(comparison: Comparison) -> bool:
    """Only failing tests, and few, can be an accident of timing."""
    only_tests = {failure.check for failure in comparison.failures} == {"tests"}
    delta = comparison.delta
    return only_tests and not delta.newly_skipped and len(delta.newly_failing) <= _RETRIED


def _doubts(comparison: Comparison, why: str) -> tuple[CheckFailure, ...]:
    return tuple(
        failure.model_copy(update={"message": f"{why}: {failure.message}"})
        for failure in comparison.failures
    )


def _limit(baseline: Baseline, target: Target, select: Collection[str] | None) -> float:
    """Seconds the run may take: several times what it took before, so that a hang costs little."""
    known = baseline.seconds
    if select is not None:
        left_out = baseline.collected - set(select)
        known = max(0.0, known - sum(baseline.durations[test] for test in left_out))
    return min(target.limit, _SLACK_SECONDS + _SLACK_FACTOR * known)
