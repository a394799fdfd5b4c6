"""A person's word on the patches, where the run was asked to wait for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from refactor_agent.domain.decision import Decision
from refactor_agent.run.services import Services
from refactor_agent.run.state import RunState

__all__ = ["answered", "question", "settle"]

_REVIEWED = "reviewed"


def question(services: Services, state: RunState) -> Mapping[str, Any] | None:
    """Give what a person is asked, or ``None`` when nobody asked to be."""
    if services.record.options.approval != "ask":
        return None
    decisions = [services.store.get(key, Decision) for key in state["decisions"]]
    waiting = [
        {"change_set": found.change_set, "status": found.status, "reason": found.reason}
        for found in decisions
        if found.status in {"verified", "unverified"}
    ]
    return {"change_sets": waiting} if waiting else None


def answered(services: Services) -> RunState | None:
    """Give what a person said before the run was killed, so that nobody is asked twice."""
    for event in services.audit.events():
        if event["event"] == _REVIEWED:
            rejected = event["rejected"]
            assert isinstance(rejected, list)  # noqa: S101 - written by settle
            return {"rejected": rejected}
    return None


async def settle(
    services: Services, asked: Mapping[str, Any], answer: Mapping[str, Any]
) -> RunState:
    """Hold back the change sets that are not among ``answer["approved"]``."""
    approved = set(answer["approved"])
    rejected = [
        one["change_set"] for one in asked["change_sets"] if one["change_set"] not in approved
    ]
    await services.say_once(_REVIEWED, approved=sorted(approved), rejected=rejected)
    return {"rejected": rejected}
