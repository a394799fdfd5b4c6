"""The target's tests before any change."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Literal

from refactor_agent.domain.plan import Refusal
from refactor_agent.domain.values import Value
from refactor_agent.tree import sha256
from refactor_agent.verify.command import Command, found_commands, parse_test_command
from refactor_agent.verify.imports import ImportReport, import_modules
from refactor_agent.verify.loop_use import LoopUse, in_order
from refactor_agent.verify.probe_log import SuiteRun
from refactor_agent.verify.ranges import format_ranges, parse_ranges
from refactor_agent.verify.stated import stated_command
from refactor_agent.verify.suite import Bench, Wanted, run_suite
from refactor_agent.verify.target import Target
from refactor_agent.verify.twice import Twice, run_twice
from refactor_agent.verify.unusable import why_unusable

__all__ = ["Baseline", "BaselineStatus", "baseline_key", "take_baseline"]

_FORMAT = "5"
_SWITCHED_OFF = Refusal(reason="tests-off", message="the tests were switched off")

_ANOTHER_MAY = frozenset(
    {"all-tests-fail", "no-tests", "pytest-missing", "tests-cannot-be-collected",
     "tests-do-not-start"}
)  # fmt: skip
"""Why a runner says nothing of a project that another runner may run."""

BaselineStatus = Literal["green", "partial", "unusable"]
"""``partial``: some tests fail before any change; the passing ones count. ``unusable``: no test
can say anything, so that no change can be verified."""


class Baseline(Value):
    """What the target's suite did, twice, before any change. Storable."""

    status: BaselineStatus
    reason: str = ""
    """Machine-readable; empty when green."""
    message: str = ""
    """One line for a person; empty when green."""
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = {}
    """Variables that the command sets."""
    directory: str = ""
    """Where the command runs, below the project's root."""
    python: str = ""
    unread: str = ""
    """What states a test command that can't be read, so that one was found by looking."""
    runner: str = ""
    """Which runner it was, and its version: ``pytest 9.2.0``."""
    watched: tuple[str, ...] = ()
    """Files whose executed lines were noted."""
    outcomes: Mapping[str, str] = {}
    """Test id to outcome, for the ids that both runs collected."""
    flaky: tuple[str, ...] = ()
    """Tests whose outcome differed between the two runs."""
    unstable: tuple[str, ...] = ()
    """Ids that only one of the runs collected."""
    failing: tuple[str, ...] = ()
    """Tests that failed both times, and files that can't be collected."""
    vacuous: tuple[str, ...] = ()
    """Async tests that nothing awaits, so that they passed without running; they are skipped."""
    durations: Mapping[str, float] = {}
    """Seconds per test, the longer of the two runs."""
    seconds: float = 0.0
    """Wall time of the longer run."""
    lines: Mapping[str, Mapping[str, str]] = {}
    """File to test to executed lines, as ``3-7,9``; of each test in one run, so that the other
    shows what it does when nothing looks at each line."""
    alone: bool = False
    """Whether runs of the suite get into each other's way, so that one is made at a time."""
    never_awaited: Mapping[str, int] = {}
    loop_errors: Mapping[str, int] = {}
    warnings: Mapping[str, int] = {}
    loops: LoopUse = LoopUse()
    """What blocked the loops; both runs together."""
    blocked: Mapping[str, int] = {}
    """Hosts that tests tried to reach, and could not."""
    imports: ImportReport = ImportReport()
    """What does not compile or import before any change."""

    @cached_property
    def key(self) -> str:
        """The hash that stands for this baseline in memo keys."""
        return sha256(self.model_dump_json().encode())

    @property
    def ran_by(self) -> Command:
        """The command that ran the suite, to run it again."""
        return Command(words=self.command, environment=self.environment, directory=self.directory)

    @property
    def collected(self) -> frozenset[str]:
        """The ids that every run must collect."""
        return frozenset(self.outcomes)


def baseline_key(target: Target, watched: Collection[str]) -> str:
    """Give the memo key of `take_baseline` with these arguments."""
    parts = (_FORMAT, target.model_dump_json(exclude={"snapshot"}), *sorted(watched))
    return sha256("\0".join(parts).encode())


async def take_baseline(
    target: Target,
    watched: Collection[str],
    bench: Bench,
    told: Callable[[str], None] = lambda _: None,
    *,
    with_tests: bool = True,
) -> Baseline:
    """Run the suite twice, unchanged, and note what it does.

    ``watched`` are the files that change sets may touch. ``told`` hears of each step, for
    progress. Without ``with_tests``, only what imports and compiles is found out. Never raises for
    what the target does: a suite that can't be used is a `Baseline` that says why.
    """
    commands, unread = await asyncio.to_thread(_commands, target)
    if isinstance(commands, Refusal):
        return _unusable(commands, Command(words=()))
    taken = await _first_usable(commands, target, watched, bench, told, with_tests=with_tests)
    return taken.model_copy(update={"unread": unread})


async def _first_usable(  # noqa: PLR0913 - what `take_baseline` was given, and its commands
    commands: tuple[Command, ...],
    target: Target,
    watched: Collection[str],
    bench: Bench,
    told: Callable[[str], None],
    *,
    with_tests: bool,
) -> Baseline:
    async with bench.turns:
        told("imports")
        async with bench.pool.lease({}) as workspace:
            imports = await import_modules(target, workspace, bench.sandbox, watched)
    if not with_tests:
        return _unusable(_SWITCHED_OFF, commands[0], imports)
    first: Baseline | None = None
    for command in commands:
        taken = await _take(command, target, watched, bench, told, imports)
        if taken.status != "unusable" or taken.reason not in _ANOTHER_MAY:
            return first if first is not None and taken.status == "unusable" else taken
        first = first or taken
    return first or _unusable(_SWITCHED_OFF, commands[0], imports)


def _commands(target: Target) -> tuple[tuple[Command, ...] | Refusal, str]:
    """The command that was given, or those that are worth a try: what the project states first.

    Beside them, one line about what states a command that can't be read.
    """
    if target.test_command is None:
        stated = stated_command(target.snapshot, target.python)
        first = () if stated.command is None else (stated.command,)
        found = found_commands(target.snapshot, target.python)
        return (*first, *(one for one in found if one not in first)), stated.unread
    command = parse_test_command(target.test_command, target.python)
    return (command if isinstance(command, Refusal) else (command,)), ""


async def _take(  # noqa: PLR0913, PLR0917 - what `take_baseline` was given, and one command of it
    command: Command,
    target: Target,
    watched: Collection[str],
    bench: Bench,
    told: Callable[[str], None],
    imports: ImportReport,
) -> Baseline:
    async def run(turn: str, half: int) -> SuiteRun:
        wanted = Wanted(watch=watched, select=None, limit=target.limit, half=half)
        async with bench.turns, bench.pool.lease({}) as workspace:
            told(turn)
            return await run_suite(target, command, workspace, bench.sandbox, wanted)

    runs = await run_twice(
        run,
        lambda one: why_unusable(one, target, command),
        at_once=bench.pool.size > 1,
        apart=bench.sandbox.keeps_apart,
    )
    if isinstance(runs, Refusal):
        return _unusable(runs, command, imports)
    return _combine(runs, command, tuple(sorted(watched)), imports)


def _unusable(refusal: Refusal, command: Command, imports: ImportReport | None = None) -> Baseline:
    return Baseline(
        status="unusable",
        reason=refusal.reason,
        message=refusal.message,
        command=command.words,
        imports=imports or ImportReport(),
    )


def _combine(
    runs: Twice, command: Command, watched: tuple[str, ...], imports: ImportReport
) -> Baseline:
    first, second = runs.first, runs.second
    both = first.outcomes.keys() & second.outcomes.keys()
    failing = sorted(
        [test for test in both if _fails(first, test) and _fails(second, test)]
        + list(first.collect_errors)
    )
    return Baseline(
        status="partial" if failing else "green",
        reason="tests-fail-already" if failing else "",
        message=_already_failing(failing, len(both) + len(first.collect_errors)),
        command=command.words,
        environment=command.environment,
        directory=command.directory,
        python=first.python,
        runner=first.runner,
        watched=watched,
        outcomes={test: second.outcomes[test] for test in sorted(both)},
        flaky=tuple(sorted(t for t in both if first.outcomes[t] != second.outcomes[t])),
        unstable=tuple(sorted(first.outcomes.keys() ^ second.outcomes.keys())),
        failing=tuple(failing),
        vacuous=tuple(sorted(first.vacuous & second.vacuous)),
        durations={t: max(first.durations[t], second.durations[t]) for t in sorted(both)},
        seconds=max(first.result.seconds, second.result.seconds),
        lines=_lines(first, second),
        alone=runs.alone,
        loops=_loops(first.loops, second.loops),
        never_awaited=_larger(first.never_awaited, second.never_awaited),
        loop_errors=_larger(first.loop_errors, second.loop_errors),
        warnings=_larger(first.warnings, second.warnings),
        blocked=_larger(first.blocked, second.blocked),
        imports=imports,
    )


def _fails(run: SuiteRun, test: str) -> bool:
    return run.outcomes[test] in {"failed", "error"}


def _already_failing(failing: Collection[str], total: int) -> str:
    if not failing:
        return ""
    some = ", ".join(list(failing)[:3]) + (" …" if len(failing) > 3 else "")
    return f"{len(failing)} of {total} tests fail before any change and are set aside: {some}"


def _larger(first: Counter[str], second: Counter[str]) -> Mapping[str, int]:
    return dict(sorted((first | second).items()))


def _loops(first: LoopUse, second: LoopUse) -> LoopUse:
    return LoopUse(
        blocking=in_order((*first.blocking, *second.blocking)),
        stalls=min(first.stalls, second.stalls),
        stolen=min(first.stolen, second.stolen),
    )


def _lines(*runs: SuiteRun) -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for run in runs:
        for file, tests in run.lines.items():
            ranges = {test: format_ranges(parse_ranges(text)) for test, text in tests.items()}
            found.setdefault(file, {}).update(ranges)
    return found
