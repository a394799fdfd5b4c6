"""Proposals that rules make for a change set, attempt by attempt."""

from __future__ import annotations

from refactor_agent.convert import propose
from refactor_agent.domain.plan import ChangeSet, Refusal
from refactor_agent.domain.proposal import Proposal
from refactor_agent.run.services import Services

__all__ = ["first_made", "made_by_rule"]


def made_by_rule(services: Services, change_set: ChangeSet, number: int) -> Proposal | Refusal:
    """Give what the attempt with this number comes to, or why it comes to nothing."""
    prepared = change_set.attempts[number].prepared
    if prepared is not None:
        return services.store.get(prepared, Proposal)
    key = (change_set.id, number)
    if key not in services.made:
        services.made[key] = propose(change_set, number, services.base, services.rulebook)
    return services.made[key]


def first_made(services: Services, change_set: ChangeSet) -> Proposal | None:
    """Give the first proposal that rules make for ``change_set``."""
    for number in range(len(change_set.attempts)):
        made = made_by_rule(services, change_set, number)
        if isinstance(made, Proposal):
            return made
    return None
