"""Runs the target's tests in an isolated copy, with the probe listening."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from refactor_agent.ports import Sandbox
from refactor_agent.verify.environment import sandbox_environment
from refactor_agent.verify.probe_log import SuiteRun, read_probe_log
from refactor_agent.verify.target import Command, Target
from refactor_agent.verify.workspace import Workspace, WorkspacePool

__all__ = ["Bench", "environment", "run_suite"]

_PROBE = "refactor_agent_probe"
_SETTINGS = "REFACTOR_AGENT_PROBE"


@dataclass(frozen=True)
class Bench:
    """What verification works with: who runs commands, where, and how many at once."""

    sandbox: Sandbox
    pool: WorkspacePool
    turns: asyncio.Semaphore


def environment(target: Target, workspace: Workspace) -> dict[str, str]:
    """Give the environment of a command that runs in ``workspace``."""
    return sandbox_environment(
        os.environ,
        python=target.python,
        home=workspace.home,
        temporary=workspace.temporary,
        import_path=[workspace.tree / root for root in target.source_roots],
    )


async def run_suite(
    target: Target,
    command: Command,
    workspace: Workspace,
    sandbox: Sandbox,
    *,
    watch: Collection[str],
    select: Collection[str] | None,
    limit: float,
) -> SuiteRun:
    """Run the tests and give what the probe saw; ``select`` of ``None`` means all of them."""
    log, settings = workspace.notes / "log", workspace.notes / "settings"
    log.unlink(missing_ok=True)
    settings.write_text(json.dumps(_settings(workspace, log.name, watch, select)), encoding="ascii")
    env: Mapping[str, str] = {
        **environment(target, workspace),
        **command.environment,
        _SETTINGS: str(settings),
        "PYTEST_ADDOPTS": f"-p {_PROBE}",
    }
    result = await sandbox.run(command.words, cwd=workspace.tree, env=env, limit=limit)
    return await asyncio.to_thread(read_probe_log, log, result)


def _settings(
    workspace: Workspace, log: str, watch: Collection[str], select: Collection[str] | None
) -> Mapping[str, str | list[str] | None]:
    return {
        "root": str(workspace.tree),
        "log": str(workspace.notes / log),
        "watch": sorted(watch),
        "select": None if select is None else sorted(select),
    }
