"""The gate: a change comes out verified, unverified or failed, with the evidence."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version

from refactor_agent.domain.differential import DifferentialRun
from refactor_agent.domain.verdict import CheckFailure, Verdict
from refactor_agent.tree import Tree, sha256
from refactor_agent.verify.baseline import Baseline
from refactor_agent.verify.change import Change
from refactor_agent.verify.context import Context
from refactor_agent.verify.flagged import check_paths, try_paths
from refactor_agent.verify.imports import ImportReport, import_modules
from refactor_agent.verify.load import measure_load
from refactor_agent.verify.outcome import (
    differences,
    failed,
    judged,
    under_load,
    unverified,
    with_runs,
)
from refactor_agent.verify.suite import Bench
from refactor_agent.verify.target import Target

__all__ = ["COMBINED", "verdict_key", "verify", "verify_combined"]

COMBINED = "combined"
"""Stands for the change set in the verdict on all changes together."""

_FORMAT = 5


async def verify(change: Change, baseline: Baseline, target: Target, bench: Bench) -> Verdict:
    """Judge one change: checks on the tree, imports, its rules' examples, tests, coverage.

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
    async with bench.checking:
        report = await asyncio.to_thread(check_paths, context, target, bench)
    context.let_go()
    if report.failures:
        return failed(name, report, report.failures)
    async with bench.turns:
        async with bench.pool.lease(context.after.changes) as workspace:
            imports = await import_modules(target, workspace, bench.sandbox, context.files)
        objections = tuple(_new_import_failures(baseline, imports))
        if objections:
            return failed(name, report, objections)
        runs = () if name == COMBINED else await _both_sides(context, target, bench)
        if any(run.differs for run in runs):
            return with_runs(failed(name, report, tuple(differences(runs))), runs)
        if baseline.status == "unusable":
            return with_runs(unverified(name, report, baseline.message), runs)
        trial = await try_paths(context, baseline, target, bench, whole=name == COMBINED)
        verdict = with_runs(judged(name, report, trial), runs)
        if name == COMBINED or verdict.outcome == "failed":
            return verdict
        load = await measure_load(context, target, bench)
    return under_load(verdict, load, fails=target.load == "fail")


async def _both_sides(
    context: Context, target: Target, bench: Bench
) -> tuple[DifferentialRun, ...]:
    if bench.differential is None:
        return ()
    return await bench.differential.of(context, target, bench.pool, bench.sandbox)


def _new_import_failures(baseline: Baseline, found: ImportReport) -> Iterator[CheckFailure]:
    for file, text in found.compile.items():
        if file not in baseline.imports.compile:
            message = f"{file} does not compile: {text}"
            yield CheckFailure(check="compile", message=message, hazards=("H-A1", "H-A2"))
    for file, text in found.imports.items():
        if file not in baseline.imports.imports:
            message = f"{file or 'the changed modules'} can't be imported: {text}"
            yield CheckFailure(check="import", message=message, hazards=("H-X5",))
