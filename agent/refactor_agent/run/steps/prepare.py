"""The beginning of a run: locate, plan, and the suite before any change."""

from __future__ import annotations

import asyncio
from typing import Literal

from refactor_agent.domain.decision import Decision
from refactor_agent.domain.plan import ChangeSet
from refactor_agent.plan import make_plan
from refactor_agent.run.gate import baseline_key
from refactor_agent.run.services import Findings, Services
from refactor_agent.run.state import ChangeState, RunState

__all__ = ["after_plan", "baseline", "fan_out", "locate", "plan"]


async def locate(services: Services, _: RunState) -> RunState:
    """Find the regions."""
    located = await asyncio.to_thread(lambda: services.located)
    findings = Findings(regions=located.regions, skipped=located.skipped)
    key = services.store.put(findings)
    await services.say_once("located", regions=len(findings.regions), findings=key)
    return {"findings": key}


async def plan(services: Services, _: RunState) -> RunState:
    """Make the change sets; those that nothing can be tried on are decided here."""
    made = await asyncio.to_thread(make_plan, services.located, services.rulebook, services.project)
    key = services.store.put(made)
    await services.say_once("planned", change_sets=len(made.change_sets), plan=key)
    left = [_leave(found) for found in made.change_sets if not _can_try(services, found)]
    return {"plan": key, "decisions": [services.store.put(decision) for decision in left]}


def after_plan(services: Services, state: RunState) -> Literal["baseline", "combine"]:
    """Go on to the baseline unless there is nothing to verify."""
    change_sets = services.plan(state["plan"]).change_sets
    return "baseline" if any(_can_try(services, found) for found in change_sets) else "combine"


async def baseline(services: Services, state: RunState) -> RunState:
    """Run the target's suite as it is."""
    return {"baseline": await baseline_key(services, services.plan(state["plan"]))}


def fan_out(services: Services, state: RunState) -> list[ChangeState]:
    """Give the first state of every change set that something can be tried on."""
    return [
        ChangeState(
            id=found.id,
            plan=state["plan"],
            baseline=state["baseline"],
            attempt=0,
            round=0,
            proposal=None,
            verdict=None,
            tried=[],
        )
        for found in services.plan(state["plan"]).change_sets
        if _can_try(services, found)
    ]


def _can_try(services: Services, change_set: ChangeSet) -> bool:
    with_model = services.record.options.model is not None and change_set.model_may_try
    return bool(change_set.attempts) or with_model


def _leave(change_set: ChangeSet) -> Decision:
    reasons = dict.fromkeys(refusal.message for refusal in change_set.refusals)
    return Decision(change_set=change_set.id, status="left", reason="; ".join(reasons))
