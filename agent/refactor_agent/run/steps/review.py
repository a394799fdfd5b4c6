"""A model's review of one patch: it may send it back once, or hold it for a person."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from refactor_agent.domain.decision import Decision, ReviewFinding, Tried
from refactor_agent.domain.place import Site, Span
from refactor_agent.domain.plan import Refusal
from refactor_agent.domain.proposal import Proposal
from refactor_agent.domain.values import Value
from refactor_agent.domain.verdict import CheckFailure, Verdict
from refactor_agent.run.services import NOTICE, Services
from refactor_agent.run.state import ChangeState
from refactor_agent.run.steps.ask import turn_after

__all__ = ["Reviewed", "held_for", "review", "wants_review"]

_BLOCKER = "blocker"


class Reviewed(Value):
    """The findings on one proposal, the worst first."""

    findings: tuple[ReviewFinding, ...]


def wants_review(services: Services, state: ChangeState) -> bool:
    """Say whether the proposal that just passed the gate is to be reviewed."""
    which = services.record.options.review
    if services.proposer is None or which == "none":
        return False
    proposal = services.store.get(str(state["proposal"]), Proposal)
    return which == "all" or proposal.author.kind == "model"


async def review(services: Services, state: ChangeState) -> ChangeState:
    """Let a model try to refute the patch; nothing that it says lets one through."""
    proposal = await asyncio.to_thread(services.store.get, str(state["proposal"]), Proposal)
    verdict = await asyncio.to_thread(services.store.get, str(state["verdict"]), Verdict)
    if services.proposer is None:
        return {"findings": None}
    change_set = await asyncio.to_thread(services.change_set, state["plan"], state["id"])
    found = await services.proposer.review(change_set, proposal, verdict)
    if isinstance(found, Refusal):
        text = f"{state['id']} was not reviewed: {found.message}"
        await services.say_once(NOTICE, text=text)
        return {"findings": None}
    facts = [finding.model_dump() for finding in found]
    said = {"change_set": state["id"], "proposal": state["proposal"], "findings": facts}
    await services.say_once("model:reviewed", **said)
    if await asyncio.to_thread(_goes_back, services, state, proposal, found):
        return await asyncio.to_thread(_send_back, services, state, proposal, verdict, found)
    key = await asyncio.to_thread(services.store.put, Reviewed(findings=found))
    return {"findings": key}


def held_for(findings: Sequence[ReviewFinding]) -> str:
    """Say why a person must look; empty where no finding blocks."""
    worst = findings[0] if findings else None
    if worst is None or worst.severity != _BLOCKER:
        return ""
    return f"held for a person by review: {worst.file}:{worst.line}: {worst.rule}"


def _goes_back(
    services: Services, state: ChangeState, proposal: Proposal, found: Sequence[ReviewFinding]
) -> bool:
    """Say whether the patch is mended once: a model made it, and one still has its turn."""
    if not held_for(found) or state.get("held") or proposal.author.kind != "model":
        return False
    return turn_after(services, state, proposal.author) is not None


def _send_back(
    services: Services,
    state: ChangeState,
    proposal: Proposal,
    verdict: Verdict,
    found: tuple[ReviewFinding, ...],
) -> ChangeState:
    """Make the findings the failures of another round; hold the patch, should that fail."""
    blockers = [finding for finding in found if finding.severity == _BLOCKER]
    failures = tuple(_failure(finding) for finding in blockers)
    refuted = verdict.model_copy(update={"outcome": "failed", "failures": failures})
    held = Decision(
        change_set=state["id"],
        status="unverified",
        reason=held_for(found),
        findings=found,
        proposal=state["proposal"],
        verdict=state["verdict"],
    )
    tried = Tried(
        strategy=proposal.strategy,
        author=f"review by model {blockers[0].model}",
        outcome="sent back",
        reason=f"{blockers[0].file}:{blockers[0].line}: {blockers[0].rule}",
    )
    answer = [str(state["proposal"]), services.store.put(refuted)]
    return {
        "answers": [*state.get("answers", []), answer],
        "held": services.store.put(held),
        "tried": [*state["tried"], tried.model_dump()],
        "proposal": None,
        "findings": None,
    }


def _failure(finding: ReviewFinding) -> CheckFailure:
    message = f"{finding.rule}\nIt fails so: {finding.fails}\nOn: {finding.quote}"
    if finding.mend:
        message += f"\nSuggested: {finding.mend}"
    site = Site(finding.file, Span(finding.line, 0, finding.line, 0))
    return CheckFailure(check="review", message=message, site=site)
