"""The gate: a change comes out verified, unverified or failed, with the evidence."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib.metadata import version

from refactor_agent.domain.plan import Refusal
from refactor_agent.domain.verdict import CheckFailure, Verdict
from refactor_agent.tree import Tree, sha256
from refactor_agent.verify.baseline import Baseline
from refactor_agent.verify.change import Change
from refactor_agent.verify.changed_lines import measure_coverage
from refactor_agent.verify.checks import run_checks
from refactor_agent.verify.compare import compare
from refactor_agent.verify.context import Context
from refactor_agent.verify.imports import ImportReport, import_modules
from refactor_agent.verify.outcome import failed, judged, unverified
from refactor_agent.verify.selection import select_tests
from refactor_agent.verify.suite import Bench, Wanted, run_suite
from refactor_agent.verify.target import Command, Target, parse_test_command

__all__ = ["COMBINED", "verdict_key", "verify", "verify_combined"]

COMBINED = "combined"
"""Stands for the change set in the verdict on all changes together."""

_FORMAT = 1
_SLACK_FACTOR = 5
_SLACK_SECONDS = 60.0


async def verify(change: Change, baseline: Baseline, target: Target, bench: Bench) -> Verdict:
    """Judge one change: checks on the tree, imports, the tests that reach it, coverage.

    The cheap steps come first, and the first that objects ends it. Nothing outside the bench's
    copies is written.
    """
    context = Context(change.before, change.files, (change,), bench.locate)
    return await _judge(change.change_set.id, context, baseline, target, bench)


async def verify_combined(
    changes: Sequence[Change],
    files: Mapping[str, bytes],
    baseline: Baseline,
    target: Target,
    bench: Bench,
) -> Verdict:
    """Judge all ``changes`` together, which make ``files`` of the snapshot, with every test."""
    context = Context(Tree(target.snapshot), files, tuple(changes), bench.locate)
    return await _judge(COMBINED, context, baseline, target, bench)


def verdict_key(
    changes: Sequence[Change], files: Mapping[str, bytes], baseline: Baseline, target: Target
) -> str:
    """Give a hash of all that a verdict follows from, so that it need not be found out twice.

    For `verify`, ``changes`` is the one change and ``files`` its ``after.changes``.
    """
    inputs = [
        _FORMAT,
        version("refactor-agent"),
        baseline.key,
        target.model_dump_json(exclude={"snapshot"}),
        {file: sha256(data) for file, data in files.items()},
        [
            [
                {file: sha256(data) for file, data in change.before.changes.items()},
                change.change_set.model_dump_json(),
                change.proposal.model_dump_json(),
                change.attempt.model_dump_json() if change.attempt else None,
            ]
            for change in changes
        ],
    ]
    return sha256(json.dumps(inputs, sort_keys=True).encode())


async def _judge(
    name: str, context: Context, baseline: Baseline, target: Target, bench: Bench
) -> Verdict:
    report = await asyncio.to_thread(run_checks, context)
    if report.failures:
        return failed(name, report, report.failures)
    overlay = context.after.changes
    async with bench.turns, bench.pool.lease(overlay) as workspace:
        imports = await import_modules(target, workspace, bench.sandbox, context.files)
        objections = tuple(_new_import_failures(baseline, imports))
        if objections:
            return failed(name, report, objections)
        if baseline.status == "unusable":
            return unverified(name, report, baseline.message)
        select = None
        if name != COMBINED:
            select = select_tests(baseline, Tree(target.snapshot), overlay)
        wanted = Wanted(
            watch=[file for file in context.files if context.before.exists(file)],
            select=select,
            limit=_limit(baseline, target, select),
        )
        command = _command(baseline, target)
        run = await run_suite(target, command, workspace, bench.sandbox, wanted)
    comparison = compare(baseline, run, select)
    coverage = measure_coverage(context.before, context.files, run, comparison.passed)
    return judged(name, report, comparison, coverage)


def _command(baseline: Baseline, target: Target) -> Command:
    command = parse_test_command(target.test_command, target.python)
    if isinstance(command, Refusal):
        raise AssertionError(f"a baseline was taken with {baseline.command}")  # noqa: TRY004
    return command


def _limit(baseline: Baseline, target: Target, select: Collection[str] | None) -> float:
    """Seconds the run may take: several times what it took before, so that a hang costs little."""
    known = baseline.seconds
    if select is not None:
        left_out = baseline.collected - set(select)
        known = max(0.0, known - sum(baseline.durations[test] for test in left_out))
    return min(target.limit, _SLACK_SECONDS + _SLACK_FACTOR * known)


def _new_import_failures(baseline: Baseline, found: ImportReport) -> Iterator[CheckFailure]:
    for file, text in found.compile.items():
        if file not in baseline.imports.compile:
            message = f"{file} does not compile: {text}"
            yield CheckFailure(check="compile", message=message, hazards=("H-A1", "H-A2"))
    for file, text in found.imports.items():
        if file not in baseline.imports.imports:
            message = f"{file or 'the changed modules'} can't be imported: {text}"
            yield CheckFailure(check="import", message=message, hazards=("H-X5",))
