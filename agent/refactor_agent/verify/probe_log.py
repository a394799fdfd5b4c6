"""What the probe wrote down, read back."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from refactor_agent.ports import CommandResult
from refactor_agent.verify.loop_use import LoopUse

__all__ = ["NOT_RUN", "SuiteRun", "read_probe_log"]

NOT_RUN = (
    "it is async and nothing awaits it; let IsolatedAsyncioTestCase run it, or a plugin such as"
    " pytest-asyncio"
)


@dataclass
class SuiteRun:
    """One run of the target's tests.

    Test ids are as pytest writes them, with ``{root}`` for the copy.
    """

    result: CommandResult
    python: str = ""
    runner: str = ""
    """The runner and its version, such as ``pytest 9.2.0``."""
    started: bool = False
    finished: bool = False
    collected: tuple[str, ...] | None = None
    asynchronous: frozenset[str] = frozenset()
    """Tests that are coroutine functions."""
    vacuous: set[str] = field(default_factory=set)
    """Those of them that nothing awaited: whatever the runner says, they did not run."""
    collect_errors: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    """``passed``, ``failed``, ``error``, ``skipped``, ``xfailed`` or ``xpassed``."""
    texts: dict[str, str] = field(default_factory=dict)
    """Why a test did not pass."""
    durations: dict[str, float] = field(default_factory=dict)
    lines: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """File to test to executed lines; the test ``""`` stands for threads between tests."""
    never_awaited: Counter[str] = field(default_factory=Counter)
    """Coroutines that were thrown away unused, as ``file:qualified name``."""
    loop_errors: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    blocked: Counter[str] = field(default_factory=Counter)
    """Hosts that tests tried to reach."""
    lost: dict[str, str] = field(default_factory=dict)
    """For each never-awaited coroutine and loop error, the test during which it was told."""
    running: str | None = None
    """The test that had begun and not ended."""
    loops: LoopUse = field(default_factory=LoopUse)


def read_probe_log(path: Path, result: CommandResult) -> SuiteRun:
    """Read the log; a line that was cut off by a kill ends it."""
    run = SuiteRun(result)
    for event in _events(path):
        _take(run, event)
    for test in run.vacuous:
        if run.outcomes.get(test) == "passed":
            run.outcomes[test], run.texts[test] = "skipped", NOT_RUN
    return run


def _events(path: Path) -> Iterator[Mapping[str, Any]]:
    if not path.exists():
        return
    with path.open(encoding="ascii") as file:
        for line in file:
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                return


def _take(run: SuiteRun, event: Mapping[str, Any]) -> None:
    test = event.get("id", "")
    match event["event"]:
        case "start":
            run.started = True
            run.python, run.runner = event["python"], event["runner"]
        case "collected":
            run.collected = tuple(event["ids"])
            run.asynchronous = frozenset(event["asynchronous"])
        case "collect_error":
            run.collect_errors[test] = event["text"]
        case "begin":
            run.running = test
        case "test":
            run.running = None
            _take_test(run, test, event["phases"])
        case "lines":
            _take_lines(run, test, event["lines"])
        case "finish":
            run.finished = True
        case kind:
            _take_note(run, kind, event)


def _take_test(run: SuiteRun, test: str, phases: list[Mapping[str, Any]]) -> None:
    run.outcomes[test] = _outcome(phases)
    run.durations[test] = round(sum(phase["seconds"] for phase in phases), 4)
    texts = [phase["text"] for phase in phases if phase["text"]]
    if texts and run.outcomes[test] != "passed":
        run.texts[test] = "\n".join(texts)


def _outcome(phases: list[Mapping[str, Any]]) -> str:
    failed = {phase["when"] for phase in phases if phase["outcome"] == "failed"}
    if failed:
        return "failed" if "call" in failed else "error"
    whole = [phase for phase in phases if not phase["part"]]
    for phase in whole:
        if phase["outcome"] == "skipped":
            return "xfailed" if phase["xfail"] else "skipped"
    if any(phase["xfail"] for phase in whole):
        return "xpassed"
    return "passed" if any(phase["when"] == "call" for phase in whole) else "error"


def _take_lines(run: SuiteRun, test: str, lines: Mapping[str, str]) -> None:
    for file, ranges in lines.items():
        before = run.lines[file].get(test)
        run.lines[file][test] = f"{before},{ranges}" if before else ranges


def _take_note(run: SuiteRun, kind: str, event: Mapping[str, Any]) -> None:
    match kind:
        case "never_awaited":
            name = f"{event['file']}:{event['name']}"
            run.never_awaited[name] += 1
            run.lost.setdefault(name, event["id"])
            if event["id"] in run.asynchronous and event["name"] == _function(event["id"]):
                run.vacuous.add(event["id"])
        case "loop_error":
            run.loop_errors[event["text"]] += 1
            run.lost.setdefault(event["text"], event["id"])
        case "warning":
            run.warnings[f"{event['category']}: {event['text']}"] += 1
        case "blocked":
            run.blocked[event["host"]] += 1
        case _:
            raise AssertionError(f"unknown event: {kind!r}")


def _function(test: str) -> str:
    """Give the qualified name of the function that a test's id stands for."""
    return test.partition("[")[0].partition("::")[2].replace("::", ".")
