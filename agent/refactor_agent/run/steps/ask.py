"""A model's turn at one change set."""

from __future__ import annotations

import asyncio

from refactor_agent.domain.decision import Tried
from refactor_agent.domain.plan import ChangeSet, Refusal
from refactor_agent.domain.proposal import ModelAuthor, Proposal
from refactor_agent.domain.verdict import Verdict
from refactor_agent.llm import Round, failed_round
from refactor_agent.run.proposer import Asked, Proposer, Turn
from refactor_agent.run.services import NOTICE, Services
from refactor_agent.run.state import ChangeState

__all__ = ["ask_models", "turn_after"]


async def ask_models(services: Services, state: ChangeState) -> tuple[Asked | None, ChangeState]:
    """Ask for the next proposal, telling which answers the gate turned down and why.

    Gives what came of it, ``None`` where every model had its turn, and what was tried so far.
    """
    proposer = services.proposer
    if proposer is None:
        return None, state
    change_set, rounds, turn = await asyncio.to_thread(_so_far, services, proposer, state)
    if turn is None:
        return None, state
    asked = await proposer.propose(change_set, rounds, turn)
    tried = [*state["tried"], *(_refused(*each) for each in asked.passed_on)]
    for name, refusal in asked.passed_on:
        if refusal.reason == "model-unavailable" and name != asked.model:
            text = f"{name} could not be asked, so that the next model was: {refusal.message}"
            await services.say_once(NOTICE, text=text)
    if isinstance(asked.made, Refusal):
        tried.append(_refused(asked.model, asked.made))
        if asked.made.reason == "model-unavailable":
            text = f"The run went on with rules alone: {asked.made.message}"
            await services.say_once(NOTICE, text=text)
    return asked, {**state, "tried": tried}


def turn_after(services: Services, state: ChangeState, latest: ModelAuthor) -> Turn | None:
    """Say who would be asked to mend the answer of ``latest``; ``None`` when nobody would."""
    if services.proposer is None:
        return None
    authors = [made.author for made, _ in _answers(services, state)]
    models = [author for author in authors if author.kind == "model"]
    return services.proposer.turn([*models, latest])


def _so_far(
    services: Services, proposer: Proposer, state: ChangeState
) -> tuple[ChangeSet, list[Round], Turn | None]:
    """Give the change set, the answers that the gate turned down, and whose turn it is now."""
    answers = _answers(services, state)
    rounds = [failed_round(made, verdict.failures) for made, verdict in answers]
    authors = [made.author for made, _ in answers if made.author.kind == "model"]
    change_set = services.change_set(state["plan"], state["id"])
    return change_set, rounds, proposer.turn(authors)


def _answers(services: Services, state: ChangeState) -> list[tuple[Proposal, Verdict]]:
    return [
        (services.store.get(proposal, Proposal), services.store.get(verdict, Verdict))
        for proposal, verdict in state.get("answers", [])
    ]


def _refused(model: str, refusal: Refusal) -> dict[str, str]:
    author = f"model {model}"
    tried = Tried(strategy="native", author=author, outcome="refused", reason=refusal.message)
    return tried.model_dump()
