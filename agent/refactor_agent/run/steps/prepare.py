"""The beginning of a run: locate, plan, and the suite before any change."""

from __future__ import annotations

import asyncio
from typing import Literal

from refactor_agent.domain.decision import Decision
from refactor_agent.domain.plan import ChangeSet, Plan
from refactor_agent.domain.proposal import Proposal
from refactor_agent.run.phases import BASELINE
from refactor_agent.run.planning import plan_run
from refactor_agent.run.services import Findings, Services
from refactor_agent.run.state import ChangeState, RunState
from refactor_agent.run.steps.by_rule import first_made
from refactor_agent.run.steps.change import can_try

__all__ = ["after_plan", "baseline", "fan_out", "locate", "plan"]


async def locate(services: Services, _: RunState) -> RunState:
    """Find the regions; a run that was named what it is to do looks for none."""
    options = services.record.options
    if options.finalize is None and not options.concurrent and not options.entries:
        findings = await asyncio.to_thread(_findings, services)
    else:
        findings = Findings(regions=(), skipped=())
    key = await asyncio.to_thread(services.store.put, findings)
    await services.say_once("located", regions=len(findings.regions), findings=key)
    return {"findings": key}


def _findings(services: Services) -> Findings:
    located = services.located
    return Findings(regions=located.regions, skipped=located.skipped)


async def plan(services: Services, _: RunState) -> RunState:
    """Make the change sets; those that nothing can be tried on are decided here."""
    made = await asyncio.to_thread(plan_run, services)
    key = await asyncio.to_thread(services.store.put, made)
    await services.say_once("planned", change_sets=len(made.change_sets), plan=key)
    left = [_leave(found) for found in made.change_sets if not can_try(services, found)]
    keys = [await asyncio.to_thread(services.store.put, decision) for decision in left]
    return {"plan": key, "decisions": keys}


def after_plan(services: Services, state: RunState) -> Literal["baseline", "combine"]:
    """Go on to the baseline unless there is nothing to verify."""
    change_sets = services.plan(state["plan"]).change_sets
    return "baseline" if any(can_try(services, found) for found in change_sets) else "combine"


async def baseline(services: Services, state: RunState) -> RunState:
    """Run the target's suite as it is."""
    made = await asyncio.to_thread(services.plan, state["plan"])
    key = await services.gate.baseline(made)
    await services.say_once(BASELINE, baseline=key)
    if await services.gate.has_room(key) and services.proposer is None:
        services.ahead.begin(key, await asyncio.to_thread(_by_rules, services, made))
    return {"baseline": key}


def fan_out(services: Services, state: RunState) -> list[ChangeState]:
    """Give the first state of every change set that something can be tried on."""
    return [
        ChangeState(
            id=found.id,
            plan=state["plan"],
            baseline=state["baseline"],
            attempt=0,
            proposal=None,
            verdict=None,
            tried=[],
        )
        for found in services.plan(state["plan"]).change_sets
        if can_try(services, found)
    ]


def _by_rules(services: Services, made: Plan) -> list[tuple[ChangeSet, Proposal]]:
    """Give what rules make first of each change set."""
    proposals = ((found, first_made(services, found)) for found in made.change_sets)
    return [(found, proposal) for found, proposal in proposals if proposal is not None]


def _leave(change_set: ChangeSet) -> Decision:
    reasons = dict.fromkeys(refusal.message for refusal in change_set.refusals)
    return Decision(change_set=change_set.id, status="left", reason="; ".join(reasons))
