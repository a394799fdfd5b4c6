"""Runs both sides of a rule's examples with the target's interpreter."""

from __future__ import annotations

import ast
import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from refactor_agent.boundary import VERSIONS, boundary_source
from refactor_agent.domain.differential import DifferentialRun
from refactor_agent.domain.values import Value
from refactor_agent.ports import CommandResult, Sandbox
from refactor_agent.rulebook import Block, Example, Rule
from refactor_agent.rulebook.preference import preferred
from refactor_agent.rulebook.twins import with_twins
from refactor_agent.verify.environment import sandbox_environment
from refactor_agent.verify.in_play import imported_packages
from refactor_agent.verify.workspace import Workspace

__all__ = ["Answer", "Trials", "compare_sides", "trials_of"]

_MODULE = "refactor_agent_probe.both_sides"
_LIMIT = 90.0
_LOG = "sides-log"


class Trials(Value):
    """Examples of one rule, as the process that runs them takes them."""

    rule: str
    environment: Mapping[str, str]
    exceptions: Mapping[str, tuple[str, ...]]
    examples: tuple[Mapping[str, str | tuple[str, ...]], ...]
    packages: tuple[str, ...]


class Answer(Value):
    """What came of `Trials`, and what was installed then."""

    fingerprint: str
    runs: tuple[DifferentialRun, ...]


def trials_of(rule: Rule, examples: Sequence[Example]) -> Trials:
    """Put ``examples`` of ``rule``, which have calls, into words for the process."""
    told = [_told(example, example.native or example.of("after")[0]) for example in examples]
    packages = frozenset[str]().union(*(one["packages"] for one in told))
    native = with_twins(preferred(rule, packages)).native
    return Trials(
        rule=rule.id,
        environment=rule.environment,
        exceptions=native.exceptions if native else {},
        examples=tuple(told),
        packages=tuple(sorted(packages)),
    )


def _told(example: Example, after: Block) -> dict[str, str | tuple[str, ...]]:
    before, calls = example.of("before")[0], example.of("calls")[0]
    nodes = ast.parse(calls.code).body
    return {
        "title": example.title,
        "before": before.code,
        "after": after.code,
        "calls": tuple(ast.unparse(node) for node in nodes),
        "packages": tuple(sorted(imported_packages(before.code) | imported_packages(after.code))),
        "server": calls.options["server"],
        "also": tuple(filter(None, calls.options.get("also", "").split(","))),
    }


async def compare_sides(
    trials: Trials, python: str, workspace: Workspace, sandbox: Sandbox, last: Answer | None = None
) -> Answer:
    """Run ``trials`` with ``python``; give ``last`` where the same is still installed."""
    command, env = await asyncio.to_thread(_prepare, trials, python, workspace, last)
    result = await sandbox.run(
        command, cwd=workspace.notes, env=env, limit=_LIMIT, writable=workspace.root
    )
    return await asyncio.to_thread(_read, trials, workspace.notes / _LOG, result, last)


def _prepare(
    trials: Trials, python: str, workspace: Workspace, last: Answer | None
) -> tuple[tuple[str, ...], Mapping[str, str]]:
    modules = workspace.notes / "sides"
    modules.mkdir()
    for name in VERSIONS:
        (modules / f"{name}.py").write_text(boundary_source(name), encoding="utf-8")
    wanted = {
        **trials.model_dump(mode="json"),
        "log": str(workspace.notes / _LOG),
        "known": last.fingerprint if last else "",
    }
    settings = workspace.notes / "sides-settings"
    settings.write_text(json.dumps(wanted), encoding="ascii")
    env = sandbox_environment(
        os.environ,
        python=python,
        home=workspace.home,
        temporary=workspace.temporary,
        import_path=[modules],
    )
    return (python, "-m", _MODULE, str(settings)), env


def _read(trials: Trials, log: Path, result: CommandResult, last: Answer | None) -> Answer:
    """Read what the process wrote.

    An async side in the midst of which it ended differs; of what it did not come to, it is said
    that it did not run.
    """
    lines = log.read_text(encoding="ascii").splitlines() if log.exists() else []
    events = [json.loads(line) for line in lines]
    found = events[0]["fingerprint"] if events else ""
    whole = bool(events) and "done" in events[-1]
    if whole and last is not None and last.fingerprint == found:
        return last
    ending = result.breach or ("it did not end" if result.timed_out else result.stderr[-300:])
    told = {event["example"]: event for event in events if "example" in event}
    runs = (_run(trials.rule, example, told, ending.strip()) for example in trials.examples)
    return Answer(fingerprint=found if whole else "", runs=tuple(runs))


def _run(
    rule: str,
    example: Mapping[str, str | tuple[str, ...]],
    told: Mapping[str, Mapping[str, str]],
    ending: str,
) -> DifferentialRun:
    title = str(example["title"])
    event = told.get(title, {})
    if event.get("side") == "after":
        event = {"differs": f"its async side ends the process: {ending}"}
    elif not event or "side" in event:
        event = {"not_run": f"the process gave no answer: {ending}"}
    facts = {name: text for name, text in event.items() if name != "example"}
    calls = 0 if "not_run" in facts else len(example["calls"])
    return DifferentialRun.model_validate({"rule": rule, "example": title, "calls": calls, **facts})
