"""All verified proposals together: the whole suite once, and what breaks it is dropped."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from refactor_agent.domain.decision import Decision
from refactor_agent.domain.plan import ChangeSet
from refactor_agent.domain.proposal import Proposal
from refactor_agent.domain.values import Value
from refactor_agent.domain.verdict import Verdict
from refactor_agent.run.phases import COMBINED
from refactor_agent.run.services import Services
from refactor_agent.run.stacks import settle, tied
from refactor_agent.run.state import RunState

__all__ = ["Combined", "combine"]

_SHOWN = 3


class Combined(Value):
    """The final decisions, in the order of the plan, and the verdict on their sum."""

    decisions: tuple[Decision, ...]
    verdict: Verdict | None = None


async def combine(services: Services, state: RunState) -> RunState:
    """Verify the sum of all verified proposals; drop those without which it holds."""
    order, decisions = await asyncio.to_thread(_decided, services, state)
    stacks = await asyncio.to_thread(_stacks, services, state)
    for names in tied(order, stacks):
        await _shown_together(services, state, decisions, names)
    settle(order, stacks, decisions)
    kept = [name for name in order if decisions[name].status == "verified"]
    verdict = await _verdict(services, state, decisions, kept)
    while verdict is not None and verdict.outcome == "failed":
        culprit = await _culprit(services, state, decisions, kept)
        before = kept[: kept.index(culprit)]
        reason = f"breaks the combined result{_laid_over(before)}: {verdict.reason}"
        decisions[culprit] = decisions[culprit].model_copy(
            update={"status": "dropped", "reason": reason}
        )
        settle(order, stacks, decisions)
        kept = [name for name in kept if decisions[name].status == "verified"]
        verdict = await _verdict(services, state, decisions, kept)
    combined = Combined(decisions=tuple(decisions[name] for name in order), verdict=verdict)
    key = await asyncio.to_thread(services.store.put, combined)
    await services.say_once(COMBINED, outcome=verdict.outcome if verdict else None, combined=key)
    return {"combined": key}


def _stacks(services: Services, state: RunState) -> dict[str, tuple[str, ...]]:
    return {one.id: one.stands_on for one in services.plan(state["plan"]).change_sets}


async def _shown_together(
    services: Services, state: RunState, decisions: dict[str, Decision], names: Sequence[str]
) -> None:
    """Let tests of one that stands on another show that other as well: they are judged as one."""
    outcomes = {decisions[name].status for name in names}
    if "unverified" not in outcomes or not outcomes <= {"verified", "unverified"}:
        return
    if any(decisions[name].findings for name in names):
        return  # a reviewer's doubt is not about what runs
    series = await asyncio.to_thread(_series, services, state, decisions, names)
    verdict = await services.gate.judge_sum(state["baseline"], series)
    if verdict.outcome != "verified":
        return
    key = await asyncio.to_thread(services.store.put, verdict)
    for name in names:
        if decisions[name].status == "unverified":
            shown = {"status": "verified", "reason": "", "verdict": key}
            decisions[name] = decisions[name].model_copy(update=shown)


def _laid_over(names: Sequence[str]) -> str:
    """Say which change sets it does not go with: each of them alone may do."""
    shown = ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
    return f" when laid over {shown}" if names else ""


def _decided(services: Services, state: RunState) -> tuple[list[str], dict[str, Decision]]:
    """Give the plan's order, and the decisions by change set, those a person held back included."""
    order = [found.id for found in services.plan(state["plan"]).change_sets]
    decisions = {
        decision.change_set: decision
        for decision in (services.store.get(key, Decision) for key in state["decisions"])
    }
    for name in state.get("rejected", ()):
        held = {"status": "rejected", "reason": "held back by a reviewer"}
        decisions[name] = decisions[name].model_copy(update=held)
    return order, decisions


async def _culprit(
    services: Services, state: RunState, decisions: dict[str, Decision], kept: Sequence[str]
) -> str:
    """Find the first change set with which the series fails, by bisection."""
    good, bad = 0, len(kept)
    while bad - good > 1:
        middle = (good + bad) // 2
        verdict = await _verdict(services, state, decisions, kept[:middle])
        if verdict is not None and verdict.outcome == "failed":
            bad = middle
        else:
            good = middle
    return kept[bad - 1]


async def _verdict(
    services: Services, state: RunState, decisions: dict[str, Decision], names: Sequence[str]
) -> Verdict | None:
    """Give the verdict on the sum of ``names``; ``None`` when there are none."""
    if not names:
        return None
    series = await asyncio.to_thread(_series, services, state, decisions, names)
    return await services.ahead.judge_sum(state["baseline"], series)


def _series(
    services: Services, state: RunState, decisions: dict[str, Decision], names: Sequence[str]
) -> list[tuple[ChangeSet, Proposal]]:
    return [
        (
            services.change_set(state["plan"], name),
            services.store.get(str(decisions[name].proposal), Proposal),
        )
        for name in names
    ]
