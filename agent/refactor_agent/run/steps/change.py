"""One change set: propose, verify, decide."""

from __future__ import annotations

import asyncio
from typing import Literal

from refactor_agent.domain.decision import Decision, Tried
from refactor_agent.domain.plan import ChangeSet
from refactor_agent.domain.proposal import Proposal
from refactor_agent.domain.verdict import Verdict
from refactor_agent.run.services import Services
from refactor_agent.run.state import ChangeState
from refactor_agent.run.steps.ask import ask_models
from refactor_agent.run.steps.by_rule import made_by_rule
from refactor_agent.run.steps.review import Reviewed, held_for, wants_review

__all__ = [
    "after_propose",
    "after_review",
    "after_verify",
    "can_try",
    "check",
    "decide",
    "give_up",
    "propose",
]


def can_try(services: Services, change_set: ChangeSet) -> bool:
    """Say whether anything can be proposed for a change set."""
    by_model = services.proposer is not None and change_set.model_may_try
    return bool(change_set.attempts) or by_model


async def propose(services: Services, state: ChangeState) -> ChangeState:
    """Make the next proposal: by rules in their order, by models at their turn, or none."""
    change_set = await asyncio.to_thread(services.change_set, state["plan"], state["id"])
    waits = services.proposer is not None and not state.get("models_done", False)
    until = _before_models(services, change_set) if waits else len(change_set.attempts)
    made: ChangeState = {**state, **await asyncio.to_thread(_by_rules, services, state, until)}
    if made["proposal"] is None and waits:
        made = await _by_model(services, made)
        if made["proposal"] is None:
            rest = await asyncio.to_thread(_by_rules, services, made, len(change_set.attempts))
            made = {**made, **rest}
    if made["proposal"] is None and "in_reserve" in made:
        made["proposal"], made["verdict"] = made["in_reserve"]
    return {
        "proposal": made["proposal"],
        "verdict": made.get("verdict"),
        "attempt": made["attempt"],
        "tried": made["tried"],
        "models_done": made.get("models_done", False),
    }


def _before_models(services: Services, change_set: ChangeSet) -> int:
    """Count the rule-made attempts that are tried before models are asked."""
    if services.record.options.model_turn == "last":
        return len(change_set.attempts)
    less = (
        number for number, attempt in enumerate(change_set.attempts) if attempt.strategy != "native"
    )
    return next(less, len(change_set.attempts))


def _by_rules(services: Services, state: ChangeState, until: int) -> ChangeState:
    change_set = services.change_set(state["plan"], state["id"])
    tried = list(state["tried"])
    for number in range(state["attempt"], until):
        made = made_by_rule(services, change_set, number)
        if isinstance(made, Proposal):
            key = _keep(services, made)
            return {"proposal": key, "attempt": number + 1, "tried": tried}
        strategy = change_set.attempts[number].strategy
        refused = Tried(strategy=strategy, author="rules", outcome="refused", reason=made.message)
        tried.append(refused.model_dump())
    return {"proposal": None, "attempt": max(until, state["attempt"]), "tried": tried}


async def _by_model(services: Services, state: ChangeState) -> ChangeState:
    asked, update = await ask_models(services, state)
    if asked is None or not isinstance(asked.made, Proposal):
        return {**update, "models_done": True}
    return {**update, "proposal": await asyncio.to_thread(_keep, services, asked.made)}


def _keep(services: Services, made: Proposal) -> str:
    key = services.store.put(made)
    services.audit.append_once(
        "proposed",
        change_set=made.change_set,
        strategy=made.strategy,
        author=made.author.model_dump(mode="json"),
        proposal=key,
    )
    return key


def after_propose(services: Services, state: ChangeState) -> Literal["verify", "review", "decide"]:
    """Go on to the gate with a new proposal, to the end without one."""
    if state["proposal"] is None:
        return "decide"
    if state["proposal"] not in state.get("in_reserve", []):
        return "verify"
    return _reviewed_or_decided(services, state)


async def check(services: Services, state: ChangeState) -> ChangeState:
    """Put the proposal through the gate."""
    proposal, change_set = await asyncio.to_thread(_proposed, services, state)
    below = await asyncio.to_thread(services.below, state["plan"], change_set)
    verdict = await services.gate.judge(state["baseline"], change_set, proposal, below)
    if verdict.outcome != "verified":
        await services.ahead.stop()
    key = await asyncio.to_thread(services.store.put, verdict)
    said = {"change_set": state["id"], "proposal": state["proposal"], "verdict": key}
    await services.say_once("judged", outcome=verdict.outcome, reason=verdict.reason, **said)
    tried = Tried(
        strategy=proposal.strategy,
        author=_author(proposal),
        outcome=verdict.outcome,
        reason=verdict.reason,
    )
    update: ChangeState = {"verdict": key, "tried": [*state["tried"], tried.model_dump()]}
    if proposal.author.kind == "model" and verdict.outcome == "failed":
        update["answers"] = [*state.get("answers", []), [str(state["proposal"]), key]]
    elif _may_be_bettered(state, change_set, proposal, verdict):
        update["in_reserve"] = [str(state["proposal"]), key]
        update["models_done"] = True
    return update


def after_verify(services: Services, state: ChangeState) -> Literal["propose", "review", "decide"]:
    """Try again after a failure, and while what is unverified may be bettered; else it stands."""
    verdict = services.store.get(str(state["verdict"]), Verdict)
    if verdict.outcome == "failed" or (verdict.outcome == "unverified" and "in_reserve" in state):
        return "propose"
    return _reviewed_or_decided(services, state)


def _may_be_bettered(
    state: ChangeState, change_set: ChangeSet, proposal: Proposal, verdict: Verdict
) -> bool:
    """Say whether another rule-made attempt is left where the first one is in doubt.

    A thread at the entry touches fewer lines than awaiting all the way down: tests may reach all of
    them. No model is asked for what only lacks a test.
    """
    left = state["attempt"] < len(change_set.attempts)
    by_rules = proposal.author.kind == "rules"
    return verdict.outcome == "unverified" and by_rules and left and "in_reserve" not in state


def _reviewed_or_decided(services: Services, state: ChangeState) -> Literal["review", "decide"]:
    return "review" if wants_review(services, state) else "decide"


def after_review(state: ChangeState) -> Literal["propose", "decide"]:
    """Try again after a patch was sent back."""
    return "decide" if state["proposal"] else "propose"


async def decide(services: Services, state: ChangeState) -> ChangeState:
    """Say what became of the change set."""
    decision = await asyncio.to_thread(_decision, services, state)
    return {"decisions": [await asyncio.to_thread(services.store.put, decision)]}


async def give_up(services: Services, state: ChangeState, error: BaseException) -> ChangeState:
    """Make a fault of this program the result of the one change set it struck."""
    reason = f"refactor-agent failed on it: {type(error).__name__}: {error}"
    decision = Decision(change_set=state["id"], status="failed", reason=reason)
    await services.say_once("fault", change_set=state["id"], reason=reason)
    return {"decisions": [await asyncio.to_thread(services.store.put, decision)]}


def _decision(services: Services, state: ChangeState) -> Decision:
    change_set = services.change_set(state["plan"], state["id"])
    tried = tuple(Tried.model_validate(record) for record in state["tried"])
    held = state.get("held")
    if state["proposal"] is None and held:
        return services.store.get(held, Decision).model_copy(update={"tried": tried})
    if state["proposal"] is None:
        judged = [one for one in tried if one.outcome == "failed"]
        reasons = [one.reason for one in tried] + [one.message for one in change_set.refusals]
        return Decision(
            change_set=state["id"],
            status="failed" if judged else "left",
            reason=judged[-1].reason if judged else "; ".join(dict.fromkeys(reasons)),
            tried=tried,
        )
    verdict = services.store.get(str(state["verdict"]), Verdict)
    reviewed = state.get("findings")
    findings = services.store.get(reviewed, Reviewed).findings if reviewed else ()
    against = held_for(findings)
    return Decision(
        change_set=state["id"],
        status="unverified" if against else verdict.outcome,
        reason=against or verdict.reason,
        tried=tried,
        findings=findings,
        proposal=state["proposal"],
        verdict=state["verdict"],
    )


def _proposed(services: Services, state: ChangeState) -> tuple[Proposal, ChangeSet]:
    proposal = services.store.get(str(state["proposal"]), Proposal)
    return proposal, services.change_set(state["plan"], state["id"])


def _author(proposal: Proposal) -> str:
    author = proposal.author
    return "rules" if author.kind == "rules" else f"model {author.model}"
