"""Changes that stand behind a rollout flag: both of its paths are judged."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator, Mapping

from refactor_agent.domain.plan import Flag
from refactor_agent.domain.verdict import CheckFailure
from refactor_agent.edit import resolve_flag
from refactor_agent.tree import Tree
from refactor_agent.verify.baseline import Baseline
from refactor_agent.verify.changed_lines import Coverage
from refactor_agent.verify.checks import CheckReport, run_checks
from refactor_agent.verify.concurrent import concurrency_failures, one_after_another
from refactor_agent.verify.context import Context
from refactor_agent.verify.suite import Bench
from refactor_agent.verify.syntax import parse_module
from refactor_agent.verify.target import Target
from refactor_agent.verify.trial import Trial, try_change

__all__ = ["check_paths", "try_paths"]


def check_paths(context: Context, target: Target, bench: Bench) -> CheckReport:
    """Run the checks on the new path alone, and compare the old path with what was there."""
    flag, named = target.flag, tuple(concurrency_failures(context))
    context = one_after_another(context, bench)
    if flag is None:
        report = run_checks(context)
        return dataclasses.replace(report, failures=(*named, *report.failures))
    files = _resolved(context.files, flag, on=True)
    old = {file: context.before.read(file) for file in files if context.before.exists(file)}
    before = context.before.with_changes(_resolved(old, flag, on=True))
    report = run_checks(Context(before, files, context.changes, bench.locate))
    kept = (
        Context(context.before, _resolved(context.files, flag, on=False), context.changes)
        if flag.step == "guard"
        else Context(before, files, context.changes)
    )
    return dataclasses.replace(report, failures=(*report.failures, *_differences(kept, flag)))


async def try_paths(
    context: Context, baseline: Baseline, target: Target, bench: Bench, *, whole: bool
) -> Trial:
    """Run the tests with the flag at 100 percent, then at 0; without a flag, run them once."""
    flag = target.flag
    if flag is None or flag.step == "finalize":
        return await try_change(context, baseline, target, bench, whole=whole)
    on = await try_change(context, _at(baseline, flag, 100), target, bench, whole=whole)
    if on.comparison.failures:
        return _told(on, flag, 100)
    # What the old path does to the loop is as it was: no change is asked to mend it.
    old = Context(context.before, context.files, (), bench.locate)
    off = await try_change(old, _at(baseline, flag, 0), target, bench, whole=whole)
    if off.comparison.failures:
        return _told(off, flag, 0)
    return dataclasses.replace(
        on, coverage=_either(on.coverage, off.coverage), doubts=(*on.doubts, *off.doubts)
    )


def _resolved(files: Mapping[str, bytes], flag: Flag, *, on: bool) -> Mapping[str, bytes]:
    return {
        file: resolve_flag(file, data, flag.name, on=on) if file.endswith(".py") else data
        for file, data in files.items()
    }


def _differences(context: Context, flag: Flag) -> Iterator[CheckFailure]:
    """Object to functions of the path that is to stay as it was, and did not."""
    removed = [
        edit.function for c in context.changes for edit in c.proposal.functions if edit.removed
    ]
    for file in context.python_files:
        if not context.before.exists(file):
            continue
        for name in _changed_functions(context.before, context.after, file):
            if any(one.file == file and f".{one.name}".endswith(f".{name}") for one in removed):
                continue
            side = "off" if flag.step == "guard" else "on"
            message = f"{file}: {name} is not what it was with the flag {flag.name} {side}"
            yield CheckFailure(check="flag-path", message=message)


def _changed_functions(before: Tree, after: Tree, file: str) -> Iterator[str]:
    old, new = parse_module(before.read(file)), parse_module(after.read(file))
    if old is None or new is None:
        return
    for name, node in old.functions.items():
        other = new.functions.get(name)
        if other is None or ast.dump(node) != ast.dump(other):
            yield name


def _at(baseline: Baseline, flag: Flag, percent: int) -> Baseline:
    """Set the flag in the environment of the command that runs the tests."""
    variable = f"ASYNC_ADAPTERS_FLAG_{flag.name}".upper().replace("-", "_")
    environment = {**baseline.environment, variable: str(percent)}
    return baseline.model_copy(update={"environment": environment})


def _told(trial: Trial, flag: Flag, percent: int) -> Trial:
    failures = tuple(
        failure.model_copy(
            update={"message": f"with the flag {flag.name} at {percent}: {failure.message}"}
        )
        for failure in trial.comparison.failures
    )
    return dataclasses.replace(
        trial, comparison=dataclasses.replace(trial.comparison, failures=failures)
    )


def _either(one: Coverage, other: Coverage) -> Coverage:
    """Count a statement as covered where either path's tests reached it."""
    return Coverage(
        tests=tuple(sorted({*one.tests, *other.tests})),
        uncovered=tuple(site for site in one.uncovered if site in other.uncovered),
        decisive=tuple(site for site in one.decisive if site in other.decisive),
    )
