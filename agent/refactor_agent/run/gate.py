"""The gate as a run uses it: one bench, and no test run done twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from refactor_agent.domain.plan import ChangeSet, Plan
from refactor_agent.domain.proposal import Proposal
from refactor_agent.domain.verdict import CheckFailure, Verdict
from refactor_agent.edit import apply_proposal
from refactor_agent.emit.report import SuiteSummary
from refactor_agent.errors import PatchConflictError, UsageError
from refactor_agent.store import Store
from refactor_agent.tree import Tree
from refactor_agent.verify import (
    COMBINED,
    Baseline,
    Bench,
    Change,
    Target,
    baseline_key,
    take_baseline,
    verdict_key,
    verify,
    verify_combined,
)

__all__ = ["Gate", "summarise"]

_MAY_GO_ON = frozenset({"no-tests", "tests-off"})
"""Reasons for an unusable baseline that are a fact about the target, not a fault in the set-up."""


@dataclass(frozen=True)
class Gate:
    """Asks the verify stage, and remembers what it answered."""

    run: str
    store: Store
    target: Target
    bench: Bench
    with_tests: bool

    async def baseline(self, plan: Plan) -> str:
        """Give the key of the suite's baseline; raises `UsageError` when the set-up is wrong."""
        watched = {ref.file for found in plan.change_sets for ref in found.functions}
        # The run's id is part of the question: what is installed may change between runs.
        run = f"run {self.run}, tests {self.with_tests}"
        question = baseline_key(self.target, {*watched, run})
        known = await asyncio.to_thread(self.store.recall, question, Baseline)
        if known is not None:
            return known[0]
        baseline = await take_baseline(self.target, watched, self.bench, with_tests=self.with_tests)
        if baseline.status == "unusable" and baseline.reason not in _MAY_GO_ON:
            raise UsageError(
                f"{_and(baseline.unread)}{baseline.message.rstrip('.')}; mend that,"
                " name the command with --test-command,"
                " or run with --no-tests (nothing will be more than unverified)"
            )
        return await asyncio.to_thread(self.store.remember, question, baseline)

    async def has_room(self, baseline: str) -> bool:
        """Say whether a run of the whole suite can go on beside those of change sets."""
        known = await asyncio.to_thread(self.store.get, baseline, Baseline)
        return self.bench.pool.size > 1 and known.status != "unusable" and not known.alone

    async def judge(
        self,
        baseline: str,
        change_set: ChangeSet,
        proposal: Proposal,
        below: Sequence[tuple[ChangeSet, Proposal]] = (),
    ) -> Verdict:
        """Judge one change set alone, over those that it stands on."""
        before = Tree(self.target.snapshot)
        try:
            series = [*below, (change_set, proposal)]
            change = await asyncio.to_thread(_stacked, before, series)
        except PatchConflictError as error:
            return _misfit(change_set.id, error)
        known = await asyncio.to_thread(self.store.get, baseline, Baseline)
        changed = change.after.changes
        question = await asyncio.to_thread(verdict_key, [change], changed, known, self.target)
        return await self._once(question, partial(verify, change, known, self.target, self.bench))

    async def judge_sum(
        self, baseline: str, series: Sequence[tuple[ChangeSet, Proposal]]
    ) -> Verdict:
        """Judge change sets laid over one another, with the whole suite."""
        tree = Tree(self.target.snapshot)
        try:
            last = await asyncio.to_thread(_stacked, tree, series)
        except PatchConflictError as error:
            return _misfit(COMBINED, error)
        changes, tree = [*last.below, last], last.after
        known = await asyncio.to_thread(self.store.get, baseline, Baseline)
        key = await asyncio.to_thread(verdict_key, changes, tree.changes, known, self.target)
        question = f"{key}-sum"
        judge = partial(verify_combined, changes, tree.changes, known, self.target, self.bench)
        return await self._once(question, judge)

    async def _once(self, question: str, judge: Callable[[], Awaitable[Verdict]]) -> Verdict:
        """Give the verdict remembered for ``question``, or find it out and remember it."""
        found = await asyncio.to_thread(self.store.recall, question, Verdict)
        if found is not None:
            return found[1]
        verdict = await judge()
        await asyncio.to_thread(self.store.remember, question, verdict)
        return verdict


def _and(unread: str) -> str:
    """What could not be read comes first: it may be the reason."""
    return f"{unread}; " if unread else ""


def summarise(baseline: Baseline | None) -> SuiteSummary:
    """Give what the report says of the suite."""
    if baseline is None:
        return SuiteSummary(problem="there was nothing to verify")
    return SuiteSummary(
        command=baseline.command,
        tests=len(baseline.outcomes),
        passed=sum(outcome == "passed" for outcome in baseline.outcomes.values()),
        failing=baseline.failing,
        flaky=baseline.flaky,
        seconds=baseline.seconds,
        problem=baseline.message if baseline.status == "unusable" else "",
    )


def _change(before: Tree, change_set: ChangeSet, proposal: Proposal) -> Change:
    files: Mapping[str, bytes] = apply_proposal(before, proposal)
    attempt = None
    if proposal.author.kind == "rules":
        attempt = next(
            found for found in change_set.attempts if found.strategy == proposal.strategy
        )
    return Change(change_set, proposal, before, files, attempt)


def _stacked(before: Tree, series: Sequence[tuple[ChangeSet, Proposal]]) -> Change:
    """Lay a series over ``before``; give its last change, which knows those below."""
    below: list[Change] = []
    for change_set, proposal in series:
        change = _change(before, change_set, proposal)
        below.append(change)
        before = change.after
    *rest, last = below
    return replace(last, below=tuple(rest))


def _misfit(name: str, error: PatchConflictError) -> Verdict:
    failure = CheckFailure(check="splice", message=str(error))
    return Verdict(change_set=name, outcome="failed", failures=(failure,), reason=str(error))
