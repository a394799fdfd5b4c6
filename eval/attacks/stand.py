"""A project on disk with all that the gate needs to judge changes of it."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

from refactor_agent.domain.plan import Plan
from refactor_agent.locate import locate
from refactor_agent.plan import make_plan
from refactor_agent.project import find_interpreter, open_project
from refactor_agent.rulebook import RuleBook
from refactor_agent.verify import (
    Baseline,
    Bench,
    ProcessSandbox,
    Target,
    WorkspacePool,
    make_target,
    remember_located,
    take_baseline,
)

__all__ = ["Stand", "make_stand"]

_SECONDS = 180.0


@dataclass(frozen=True)
class Stand:
    """The gate's view of a project: its tests were run once, and its regions are known."""

    target: Target
    bench: Bench
    baseline: Baseline
    plan: Plan
    """The real one."""


async def make_stand(
    root: Path,
    command: str,
    rulebook: RuleBook,
    turns: asyncio.Semaphore,
    python: str = sys.executable,
) -> Stand:
    """Take the baseline of the project at ``root``, whose tests ``command`` runs.

    The gate's copies lie beside ``root``.
    """
    project = await asyncio.to_thread(open_project, root)
    interpreter = await asyncio.to_thread(find_interpreter, root, project.config, python)
    target = await asyncio.to_thread(make_target, project, interpreter, command)
    target = target.model_copy(update={"limit": _SECONDS})
    locator = remember_located(lambda tree: locate(project, rulebook, changes=tree.changes))
    pool = WorkspacePool(project.root, root.with_name(f"{root.name}-pool"), size=turns._value or 1)  # noqa: SLF001
    bench = Bench(ProcessSandbox(), pool, turns, locate=locator)
    baseline = await take_baseline(target, set(target.modules), bench)
    located = await asyncio.to_thread(locate, project, rulebook)
    plan = await asyncio.to_thread(make_plan, located, rulebook, project)
    return Stand(target, bench, baseline, plan)
