"""Why a run of the suite says nothing."""

from __future__ import annotations

from refactor_agent.domain.plan import Refusal
from refactor_agent.verify.command import Command
from refactor_agent.verify.probe_log import SuiteRun
from refactor_agent.verify.target import Target
from refactor_agent.verify.told import told

__all__ = ["why_unusable"]

_NO_TESTS = 5
_CANT_START = frozenset({126, 127})


def why_unusable(run: SuiteRun, target: Target, command: Command) -> Refusal | None:
    """Say why ``run`` can't be a baseline; ``None`` when it can."""
    shown = " ".join(command.words)
    where = f" in {run.running}" if run.running else ""
    if run.result.breach:
        return Refusal(
            reason="tests-exceed-limits",
            message=f"`{shown}` was ended{where}: {run.result.breach}; "
            "raise test-memory or test-disk, or name fewer tests with --test-command",
        )
    if run.result.timed_out:
        return Refusal(
            reason="tests-hang",
            message=f"`{shown}` did not end within {target.limit:g} s{where}; "
            "raise test-timeout or name a quicker --test-command",
        )
    if run.result.returncode in _CANT_START and not run.started:
        return Refusal(
            reason="interpreter-missing",
            message=f"`{shown}` can't be started: {_last_line(run)}; name a Python with --python",
        )
    if not run.started:
        return _not_started(run, shown)
    return _says_nothing(run, shown)


def _not_started(run: SuiteRun, shown: str) -> Refusal:
    if "No module named pytest" in run.result.stderr + run.result.stdout:
        return Refusal(
            reason="pytest-missing",
            message=f"`{shown}`: this Python has no pytest; name the one that runs the project's "
            "tests with --python",
        )
    return Refusal(
        reason="tests-do-not-start",
        message=f"`{shown}` did not start the tests: {_last_line(run)}",
    )


def _says_nothing(run: SuiteRun, shown: str) -> Refusal | None:
    if run.collected is None:
        return Refusal(
            reason="tests-do-not-start",
            message=f"`{shown}` ended with {run.result.returncode} before a test was collected: "
            f"{_last_line(run)}",
        )
    if not run.finished:
        where = f" in {run.running}" if run.running else ""
        return Refusal(
            reason="tests-crash",
            message=f"`{shown}` ended with {run.result.returncode}{where} before it was through",
        )
    if not run.collected and run.collect_errors:
        file, text = next(iter(run.collect_errors.items()))
        return Refusal(
            reason="tests-cannot-be-collected",
            message=f"no test can be collected; {file}: {told(text)}",
        )
    if not run.collected or run.result.returncode == _NO_TESTS:
        return Refusal(reason="no-tests", message=f"`{shown}` finds no tests")
    return _none_passes(run, shown)


def _none_passes(run: SuiteRun, shown: str) -> Refusal | None:
    if "passed" in run.outcomes.values():
        return None
    if not run.texts:
        return Refusal(reason="all-tests-fail", message=f"`{shown}`: no test passes")
    test, text = next(iter(run.texts.items()))
    return Refusal(
        reason="all-tests-fail",
        message=f"`{shown}`: no test passes before any change; {test}: {told(text)}",
    )


def _last_line(run: SuiteRun) -> str:
    """The last line that speaks of an error, else the last one."""
    lines = (run.result.stderr.strip() or run.result.stdout.strip()).splitlines()
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["it said nothing"])[-1].strip()
