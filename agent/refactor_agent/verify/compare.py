"""The tests after a change against the baseline."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping

from refactor_agent.domain.verdict import CheckFailure, TestDelta
from refactor_agent.verify.baseline import Baseline
from refactor_agent.verify.probe_log import SuiteRun
from refactor_agent.verify.suite import test_files

__all__ = ["Comparison", "compare"]

_SHOWN_TESTS = 5
_SHOWN_TEXT = 3000
_BAD = frozenset({"failed", "error"})
_SILENT = frozenset({"skipped", "xfailed"})


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What changed, what of it is an objection, and which tests count as evidence."""

    delta: TestDelta
    failures: tuple[CheckFailure, ...]
    passed: frozenset[str]
    """Tests that passed before and after, and are not flaky."""

    def with_failures(self, more: tuple[CheckFailure, ...]) -> Comparison:
        """Give the same with ``more`` objections."""
        return dataclasses.replace(self, failures=(*self.failures, *more))


def compare(
    baseline: Baseline,
    run: SuiteRun,
    selected: Collection[str] | None,
    copies: Mapping[str, str] | None = None,
) -> Comparison:
    """Compare ``run``, which was asked for ``selected`` (``None``: all), with the baseline.

    ``copies`` are planned tests, each with the one it is a copy of: they must do what that does,
    and count as evidence where it passed.
    """
    copies = copies or {}
    known = _with_copies(baseline, copies)
    expected = known.collected if selected is None else frozenset(selected)
    delta = _delta(known, run, expected, whole=selected is None)
    failures = tuple(_failures(known, run, delta, whole=selected is None))
    passed = frozenset(
        test
        for test in expected - set(known.flaky)
        if known.outcomes[test] == "passed" and run.outcomes.get(test) == "passed"
    )
    return Comparison(delta, failures, passed)


def _with_copies(baseline: Baseline, copies: Mapping[str, str]) -> Baseline:
    """Give the baseline as if the copies had been there, and done what their originals did."""
    outcomes = {copy: baseline.outcomes[test] for copy, test in copies.items()}
    flaky = [copy for copy, test in copies.items() if test in baseline.flaky]
    if not copies:
        return baseline
    return baseline.model_copy(
        update={
            "outcomes": {**baseline.outcomes, **outcomes},
            "flaky": (*baseline.flaky, *flaky),
            "durations": {
                **baseline.durations,
                **{copy: baseline.durations[test] for copy, test in copies.items()},
            },
        }
    )


def _delta(
    baseline: Baseline, run: SuiteRun, expected: frozenset[str], *, whole: bool
) -> TestDelta:
    steady = sorted(expected - set(baseline.flaky))
    collected = set(run.collected or ())
    files = test_files(expected)
    known = {test for test in baseline.collected if test.partition("::")[0] in files}
    return TestDelta(
        command=baseline.command,
        ran=len(run.outcomes),
        passed=sum(outcome == "passed" for outcome in run.outcomes.values()),
        newly_failing=tuple(
            test
            for test in steady
            if baseline.outcomes[test] not in _BAD and run.outcomes.get(test) in _BAD
        ),
        newly_skipped=tuple(
            test
            for test in steady
            if baseline.outcomes[test] in {"passed", "xpassed"}
            and run.outcomes.get(test) in _SILENT
        ),
        missing=tuple(
            sorted(
                ((baseline.collected if whole else known) - collected)
                | {test for test in expected if test not in run.outcomes}
            )
        ),
        unexpected=tuple(sorted(collected - baseline.collected - set(baseline.unstable))),
        seconds=run.result.seconds,
    )


def _failures(
    baseline: Baseline, run: SuiteRun, delta: TestDelta, *, whole: bool
) -> Iterator[CheckFailure]:
    ending = _ending(run)
    if ending:
        yield ending
    yield from _collection(baseline, run, delta, ended=ending is None)
    for test in delta.newly_failing[:_SHOWN_TESTS]:
        text = run.texts.get(test, "")[-_SHOWN_TEXT:]
        yield CheckFailure(check="tests", message=f"{test} passed before and fails now:\n{text}")
    for test in delta.newly_skipped[:_SHOWN_TESTS]:
        why = run.texts.get(test, "no reason given")
        yield CheckFailure(
            check="tests",
            message=f"{test} passed before and is {run.outcomes[test]} now: {why}",
            hazards=("H-X4",),
        )
    yield from _lost(baseline, run, whole=whole)


def _ending(run: SuiteRun) -> CheckFailure | None:
    where = f" in {run.running}" if run.running else ""
    said = (run.result.stderr.strip() or run.result.stdout.strip())[-_SHOWN_TEXT:]
    if run.result.breach:
        return CheckFailure(
            check="tests-limits", message=f"the tests were ended{where}: {run.result.breach}"
        )
    if run.result.timed_out:
        seconds = f"{run.result.seconds:.0f} s"
        return CheckFailure(check="tests-hang", message=f"the tests hang{where} (after {seconds})")
    if not run.finished or run.collected is None:
        code = run.result.returncode
        return CheckFailure(
            check="tests-crash", message=f"the test run ended with {code}{where}:\n{said}"
        )
    return None


def _collection(
    baseline: Baseline, run: SuiteRun, delta: TestDelta, *, ended: bool
) -> Iterator[CheckFailure]:
    fresh = [file for file in run.collect_errors if file not in baseline.failing]
    for file in fresh[:_SHOWN_TESTS]:
        text = run.collect_errors[file][-_SHOWN_TEXT:]
        message = f"{file} can't be collected any more:\n{text}"
        yield CheckFailure(check="collection", message=message, hazards=("H-X5",))
    if delta.missing and ended and not fresh:
        message = f"{len(delta.missing)} tests are gone: {_some(delta.missing)}"
        yield CheckFailure(check="collection", message=message, hazards=("H-X5",))
    if delta.unexpected:
        message = f"{len(delta.unexpected)} tests appeared: {_some(delta.unexpected)}"
        yield CheckFailure(check="collection", message=message, hazards=("H-X5",))


def _lost(baseline: Baseline, run: SuiteRun, *, whole: bool) -> Iterator[CheckFailure]:
    """Coroutines thrown away unused: new ones, and more of the old ones in a whole run."""
    for name, count in sorted(run.never_awaited.items()):
        known = baseline.never_awaited.get(name, 0)
        if known == 0 or (whole and count > known):
            function = name.partition(":")[2]
            where = run.lost.get(name) or "the run"
            message = f"the coroutine {function} was never awaited, seen in {where}"
            yield CheckFailure(check="never-awaited", message=message, hazards=("H-B3", "H-X2"))
    for text in sorted(run.loop_errors.keys() - baseline.loop_errors.keys()):
        message = f"asyncio complains in {run.lost.get(text) or 'the run'}: {text}"
        yield CheckFailure(check="loop-errors", message=message, hazards=("H-B6",))


def _some(tests: Collection[str]) -> str:
    return ", ".join(list(tests)[:_SHOWN_TESTS]) + (" …" if len(tests) > _SHOWN_TESTS else "")
