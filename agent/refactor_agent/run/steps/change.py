"""One change set: propose, verify, decide."""

from __future__ import annotations

import asyncio

from refactor_agent.convert import propose as propose_by_rule
from refactor_agent.domain.decision import Tried
from refactor_agent.domain.plan import ChangeSet
from refactor_agent.domain.proposal import Proposal
from refactor_agent.run.services import Services
from refactor_agent.run.state import ChangeState

__all__ = ["after_propose", "after_verify", "check", "decide", "propose"]


async def propose(services: Services, state: ChangeState) -> ChangeState:
    """Make the next proposal: the rules' attempts in order, then the model, then nothing."""
    change_set = services.change_set(state["plan"], state["id"])
    tried = [Tried.model_validate(record) for record in state["tried"]]
    made = await _by_rules(services, change_set, state, tried)
    if made is None:
        made = await _by_model(services, change_set, state, tried)
    return made or {"proposal": None, "attempt": len(change_set.attempts), "tried": _json(tried)}


async def _by_rules(
    services: Services, change_set: ChangeSet, state: ChangeState, tried: list[Tried]
) -> ChangeState | None:
    for number in range(state["attempt"], len(change_set.attempts)):
        made = await asyncio.to_thread(
            propose_by_rule, change_set, number, services.base, services.rulebook
        )
        if isinstance(made, Proposal):
            key = services.store.put(made)
            return {"proposal": key, "attempt": number + 1, "tried": _json(tried)}
        strategy = change_set.attempts[number].strategy
        tried.append(
            Tried(strategy=strategy, author="rules", outcome="refused", reason=made.message)
        )
    return None
