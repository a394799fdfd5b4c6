"""One change set: propose, verify, decide."""

from __future__ import annotations

import asyncio
from typing import Literal

from refactor_agent.convert import propose as propose_by_rule
from refactor_agent.domain.decision import Decision, Tried
from refactor_agent.domain.plan import ChangeSet, Refusal
from refactor_agent.domain.proposal import Proposal
from refactor_agent.domain.verdict import Verdict
from refactor_agent.llm import Round, failed_round
from refactor_agent.run.services import NOTICE, Services
from refactor_agent.run.state import ChangeState

__all__ = ["after_propose", "after_verify", "can_try", "check", "decide", "give_up", "propose"]


def can_try(services: Services, change_set: ChangeSet) -> bool:
    """Say whether anything can be proposed for a change set."""
    by_model = services.proposer is not None and change_set.model_may_try
    return bool(change_set.attempts) or by_model


async def propose(services: Services, state: ChangeState) -> ChangeState:
    """Make the next proposal: the rules' attempts in order, then the model, then nothing."""
    update = await asyncio.to_thread(_by_rules, services, state)
    if update["proposal"] is None and services.proposer is not None:
        return await _by_model(services, {**state, **update})
    return update


def _by_rules(services: Services, state: ChangeState) -> ChangeState:
    change_set = services.change_set(state["plan"], state["id"])
    tried = list(state["tried"])
    for number in range(state["attempt"], len(change_set.attempts)):
        made = propose_by_rule(change_set, number, services.base, services.rulebook)
        if isinstance(made, Proposal):
            key = _keep(services, made)
            return {"proposal": key, "attempt": number + 1, "tried": tried}
        strategy = change_set.attempts[number].strategy
        refused = Tried(strategy=strategy, author="rules", outcome="refused", reason=made.message)
        tried.append(refused.model_dump())
    return {"proposal": None, "attempt": len(change_set.attempts), "tried": tried}


async def _by_model(services: Services, state: ChangeState) -> ChangeState:
    """Ask the model, telling it which of its answers the gate turned down and why."""
    proposer = services.proposer
    if proposer is None:
        return state
    change_set, rounds, authors = await asyncio.to_thread(_so_far, services, state)
    turn = proposer.turn(authors)
    if turn is None:
        return state
    asked = await proposer.propose(change_set, rounds, turn)
    tried = [*state["tried"], *(_refused(*each) for each in asked.passed_on)]
    made = asked.made
    if isinstance(made, Proposal):
        key = await asyncio.to_thread(_keep, services, made)
        return {**state, "tried": tried, "proposal": key}
    if made.reason == "model-unavailable":
        await services.say_once(NOTICE, text=f"The run went on with rules alone: {made.message}")
    return {**state, "tried": [*tried, _refused(asked.model, made)]}


def _refused(model: str, refusal: Refusal) -> dict[str, str]:
    author = f"model {model}"
    tried = Tried(strategy="native", author=author, outcome="refused", reason=refusal.message)
    return tried.model_dump()


def _so_far(services: Services, state: ChangeState) -> tuple[ChangeSet, list[Round], list[str]]:
    """Give the change set, the model's answers that the gate turned down, and who gave each."""
    rounds, authors = [], []
    for proposal, verdict in state.get("answers", []):
        made = services.store.get(proposal, Proposal)
        rounds.append(failed_round(made, services.store.get(verdict, Verdict).failures))
        if made.author.kind == "model":
            authors.append(made.author.model)
    return services.change_set(state["plan"], state["id"]), rounds, authors


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


def after_propose(state: ChangeState) -> Literal["verify", "decide"]:
    """Go on to the gate with a proposal, to the end without one."""
    return "verify" if state["proposal"] else "decide"


async def check(services: Services, state: ChangeState) -> ChangeState:
    """Put the proposal through the gate."""
    proposal, change_set = await asyncio.to_thread(_proposed, services, state)
    verdict = await services.gate.judge(state["baseline"], change_set, proposal)
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
    return update


def after_verify(services: Services, state: ChangeState) -> Literal["propose", "decide"]:
    """Try again after a failure; what is verified or unverified stands."""
    verdict = services.store.get(str(state["verdict"]), Verdict)
    return "propose" if verdict.outcome == "failed" else "decide"


async def decide(services: Services, state: ChangeState) -> ChangeState:
    """Say what became of the change set."""
    decision = await asyncio.to_thread(_decision, services, state)
    if decision.proposal is not None and services.record.options.review:
        decision = await _reviewed(services, state, decision)
    return {"decisions": [await asyncio.to_thread(services.store.put, decision)]}


async def _reviewed(services: Services, state: ChangeState, decision: Decision) -> Decision:
    """Let a model try to refute its patch: a blocker holds it for a person, nothing lets it by."""
    proposal, change_set = await asyncio.to_thread(_proposed, services, state)
    if services.proposer is None or proposal.author.kind != "model":
        return decision
    verdict = await asyncio.to_thread(services.store.get, str(state["verdict"]), Verdict)
    found = await services.proposer.review(change_set, proposal, verdict)
    if isinstance(found, Refusal):
        text = f"{state['id']} was not reviewed: {found.message}"
        await services.say_once(NOTICE, text=text)
        return decision
    facts = [finding.model_dump() for finding in found]
    await services.say_once("reviewed", change_set=state["id"], findings=facts)
    update: dict[str, object] = {"findings": found}
    if found and found[0].severity == "blocker":
        worst = found[0]
        update["status"] = "unverified"
        update["reason"] = f"held for a person by review: {worst.file}:{worst.line}: {worst.rule}"
    return decision.model_copy(update=update)


async def give_up(services: Services, state: ChangeState, error: BaseException) -> ChangeState:
    """Make a fault of this program the result of the one change set it struck."""
    reason = f"refactor-agent failed on it: {type(error).__name__}: {error}"
    decision = Decision(change_set=state["id"], status="failed", reason=reason)
    await services.say_once("fault", change_set=state["id"], reason=reason)
    return {"decisions": [await asyncio.to_thread(services.store.put, decision)]}


def _decision(services: Services, state: ChangeState) -> Decision:
    change_set = services.change_set(state["plan"], state["id"])
    tried = tuple(Tried.model_validate(record) for record in state["tried"])
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
    return Decision(
        change_set=state["id"],
        status=verdict.outcome,
        reason=verdict.reason,
        tried=tried,
        proposal=state["proposal"],
        verdict=state["verdict"],
    )


def _proposed(services: Services, state: ChangeState) -> tuple[Proposal, ChangeSet]:
    proposal = services.store.get(str(state["proposal"]), Proposal)
    return proposal, services.change_set(state["plan"], state["id"])


def _author(proposal: Proposal) -> str:
    author = proposal.author
    return "rules" if author.kind == "rules" else f"model {author.model}"
