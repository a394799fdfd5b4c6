"""Runs cases through the real gate: real files, real subprocesses, the target's own tests."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.attacks.case import Case, CaseError, Theme
from eval.attacks.change import make_change
from eval.attacks.stand import Stand, make_stand

from refactor_agent.domain.verdict import Verdict
from refactor_agent.errors import PatchConflictError
from refactor_agent.rulebook import RuleBook
from refactor_agent.tree import Tree
from refactor_agent.verify import verify

__all__ = ["Result", "judge_theme", "write_theme"]

_COMMAND = "python -m pytest -p no:langsmith_plugin -p no:hypothesispytest -p no:xdist"
"""Without the plugins of this project's own environment: they take nine tenths of each start."""


@dataclass(frozen=True)
class Result:
    """What the gate made of a case."""

    case: Case
    outcome: str
    layer: str
    """What caught it: the name of a check, ``tests``, ``coverage`` …; empty for a verified one."""
    reason: str
    seconds: float

    @property
    def right(self) -> bool:
        """The gate said what it must."""
        return self.outcome in self.case.wanted


async def judge_theme(  # noqa: PLR0913 - what a run has, handed on by its one caller
    theme: Theme,
    cases: Sequence[Case],
    place: Path,
    *,
    rulebook: RuleBook,
    turns: asyncio.Semaphore,
    told: Callable[[Result], None],
) -> None:
    """Judge ``cases`` of ``theme`` side by side in ``place``, with one baseline for all."""
    stand = await _stand(theme, place, rulebook, turns)
    async with asyncio.TaskGroup() as group:
        for case in cases:
            group.create_task(_judge(theme, stand, case, told))


async def _stand(theme: Theme, place: Path, rulebook: RuleBook, turns: asyncio.Semaphore) -> Stand:
    root = place / theme.name
    await asyncio.to_thread(write_theme, theme, root)
    stand = await make_stand(root, _COMMAND, rulebook, turns)
    if stand.baseline.status != "green" or stand.baseline.flaky:
        raise CaseError(f"{theme.name}: its tests are not green: {stand.baseline.message}")
    return stand


def write_theme(theme: Theme, root: Path) -> None:
    """Write the files of the theme's project under ``root``."""
    for file, text in theme.files.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


async def _judge(theme: Theme, stand: Stand, case: Case, told: Callable[[Result], None]) -> None:
    tree = Tree(stand.target.snapshot)
    began = time.monotonic()
    located = await asyncio.to_thread(stand.bench.locate or _no_locator, tree)
    try:
        change = await asyncio.to_thread(
            make_change,
            theme,
            case,
            tree,
            stand.target.modules,
            located.regions,
            planned_sets=stand.plan.change_sets,
        )
    except PatchConflictError as error:
        if "splice" not in case.fields:  # more likely a slip in the case than an attack
            raise CaseError(f"{case.name}: {error}") from error
        told(Result(case, "failed", "splice", str(error), time.monotonic() - began))
        return
    verdict = await verify(change, stand.baseline, stand.target, stand.bench)
    seconds = time.monotonic() - began
    told(Result(case, verdict.outcome, _layer(verdict), verdict.reason, seconds))


def _no_locator(_tree: Tree) -> None:
    raise AssertionError("the bench has a locator")


def _layer(verdict: Verdict) -> str:
    if verdict.failures:
        return verdict.failures[0].check
    if verdict.outcome == "verified":
        return ""
    return f"{verdict.doubts[0].check}?" if verdict.doubts else "coverage"
