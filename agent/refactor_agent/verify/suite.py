"""Runs the target's tests in an isolated copy, with the probe listening."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from refactor_agent.ports import Sandbox
from refactor_agent.verify.command import Command
from refactor_agent.verify.context import Locate
from refactor_agent.verify.differential import Differential
from refactor_agent.verify.environment import sandbox_environment
from refactor_agent.verify.loop_use import read_loop_use, with_tracer
from refactor_agent.verify.probe_log import SuiteRun, read_probe_log
from refactor_agent.verify.target import Target
from refactor_agent.verify.workspace import Workspace, WorkspacePool

__all__ = ["Bench", "Wanted", "environment", "run_suite", "test_files"]

_PROBE = "refactor_agent_probe.plugin"
_IMPORT_PATH = "PYTHONPATH"
_SETTINGS = "REFACTOR_AGENT_PROBE"
_LOG = "log"


@dataclass(frozen=True)
class Bench:
    """What verification works with."""

    sandbox: Sandbox
    """Runs commands."""
    pool: WorkspacePool
    """Gives copies to run them in."""
    turns: asyncio.Semaphore
    """Bounds how many run at once."""
    locate: Locate | None = None
    """Finds the regions and the call graph of a tree, often the same one (`remember_located`);
    without it, the checks that need the whole program are left out."""
    differential: Differential | None = None
    """Runs the examples of the rules behind a change; without it none are run."""
    checking: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One change is checked at a time: threads of pure Python only take turns, and each holds all
    that its checks worked out."""
    alone: asyncio.Lock = field(default_factory=asyncio.Lock)
    """For runs of a suite that gets into its own way."""


@dataclass(frozen=True)
class Wanted:
    """What a run of the suite is asked for."""

    watch: Collection[str]
    """Files whose executed lines are noted."""
    select: Collection[str] | None
    """Test ids; ``None`` for all."""
    limit: float
    """Seconds."""
    noted: Collection[str] | None = None
    """The tests whose executed lines are noted, which takes time; ``None`` for all that run."""
    half: int | None = None
    """0 or 1: of these only the half that the hash of the id says; ``None`` for both."""


def environment(target: Target, workspace: Workspace) -> dict[str, str]:
    """Give the environment of a command that runs in ``workspace``."""
    passed = {n: os.environ[n] for n in target.pass_environment if n in os.environ}
    made = sandbox_environment(
        os.environ,
        python=target.python,
        home=workspace.home,
        temporary=workspace.temporary,
        import_path=[workspace.tree / root for root in target.source_roots],
    )
    return {**passed, **made}


async def run_suite(
    target: Target, command: Command, workspace: Workspace, sandbox: Sandbox, wanted: Wanted
) -> SuiteRun:
    """Run the tests and give what the probe saw."""
    env = await asyncio.to_thread(_prepare, target, command, workspace, wanted)
    result = await sandbox.run(
        command.words,
        cwd=workspace.tree / command.directory,
        env=env,
        limit=wanted.limit,
        writable=workspace.root,
    )
    run = await asyncio.to_thread(read_probe_log, workspace.notes / _LOG, result)
    run.loops = await asyncio.to_thread(read_loop_use, workspace)
    return run


def _prepare(
    target: Target, command: Command, workspace: Workspace, wanted: Wanted
) -> Mapping[str, str]:
    """Write the probe's settings; give the environment of the run."""
    settings = workspace.notes / "settings"
    settings.write_text(json.dumps(_settings(workspace, wanted)), encoding="ascii")
    (workspace.notes / _LOG).unlink(missing_ok=True)
    return {
        **with_tracer(_with_own(environment(target, workspace), command), workspace),
        _SETTINGS: str(settings),
        "PYTEST_ADDOPTS": f"-p {_PROBE}",
    }


def _with_own(made: Mapping[str, str], command: Command) -> dict[str, str]:
    """Add the variables that the command sets; its import path comes behind ours."""
    found = {**made, **command.environment}
    if _IMPORT_PATH in command.environment:
        found[_IMPORT_PATH] = os.pathsep.join((made[_IMPORT_PATH], found[_IMPORT_PATH]))
    return found


def _settings(workspace: Workspace, wanted: Wanted) -> Mapping[str, str | int | list[str] | None]:
    return {
        "root": str(workspace.tree),
        "log": str(workspace.notes / _LOG),
        "watch": sorted(wanted.watch),
        "select": None if wanted.select is None else sorted(wanted.select),
        "noted": None if wanted.noted is None else sorted(wanted.noted),
        "half": wanted.half,
        "files": None if wanted.select is None else sorted(test_files(wanted.select)),
    }


def test_files(tests: Collection[str]) -> frozenset[str]:
    """Give the files that ``tests`` stand in, as their ids name them.

    When tests are selected, no other file is collected: that a change leaves all of them in place
    is for the run of the whole suite to show.
    """
    return frozenset(test.partition("::")[0] for test in tests)
