"""A patch that passed the gate, and a model that tries to refute it."""

from __future__ import annotations

from refactor_agent.domain.decision import ReviewFinding
from refactor_agent.domain.plan import ChangeSet, Refusal
from refactor_agent.domain.proposal import FunctionEdit, Proposal
from refactor_agent.domain.verdict import CheckFailure, Verdict
from refactor_agent.edit import apply_proposal, function_source
from refactor_agent.llm.answer import ended, parse_as
from refactor_agent.llm.exchange import Model
from refactor_agent.llm.gather import Ground, make_request
from refactor_agent.llm.prompts import STANDARD, Prompts
from refactor_agent.llm.redaction import Vault
from refactor_agent.llm.request import ModelRequest
from refactor_agent.llm.review_answer import AnsweredFinding, ReviewAnswer, stands
from refactor_agent.llm.review_request import ReviewedFunction, ReviewRequest
from refactor_agent.llm.surroundings import surroundings, text_of

__all__ = ["make_review", "review_by_model"]


def make_review(
    change_set: ChangeSet, proposal: Proposal, verdict: Verdict, ground: Ground
) -> ReviewRequest | Refusal:
    """Gather what a reviewer has to know; a refusal where the source can't be taken apart."""
    request = make_request(change_set, ground)
    if isinstance(request, Refusal):
        return request
    after = ground.tree.with_changes(apply_proposal(ground.tree, proposal))
    functions = []
    for edit in proposal.functions:
        line = function_source(after, edit.function).span.line
        functions.append(_reviewed(edit, line, request))
    return ReviewRequest(
        change_set=change_set.id,
        title=change_set.title,
        functions=tuple(functions),
        files=tuple(
            surroundings(file.file, text_of(after.read(file.file)), request.functions)
            for file in request.files
        ),
        rules=request.rules,
        notes=proposal.notes,
        checks=verdict.checks,
        covering=len(verdict.covering_tests),
        uncovered=verdict.uncovered,
    )


def _reviewed(edit: FunctionEdit, line: int, request: ModelRequest) -> ReviewedFunction:
    part = next(part for part in request.functions if part.ref == edit.function)
    return ReviewedFunction(
        ref=edit.function, before=part.source, after=edit.code, line=line, callers=part.callers
    )


async def review_by_model(
    review: ReviewRequest, model: Model, prompts: Prompts
) -> tuple[ReviewFinding, ...] | Refusal:
    """Ask ``model`` to refute a patch; give the findings that stand, the worst first.

    A refusal says that there was no review: nothing follows from it for the patch.
    """
    vault = Vault(*(text for each in review.functions for text in (each.before, each.after)))
    prompt = prompts.review(review, vault)
    reply = await model.ask(prompt, about=review.change_set)
    if isinstance(reply, Refusal):
        return reply
    refused = ended(reply)
    if refused is not None:
        return refused
    answer = parse_as(reply.content, ReviewAnswer)
    if isinstance(answer, CheckFailure):
        await model.fault(prompt, answer.check, about=review.change_set)
        return Refusal(reason="review-unreadable", message=f"the review: {answer.message}")
    lines = {
        (each.ref.file, number): vault.hide(text)
        for each in review.functions
        for number, text in enumerate(each.after.split("\n"), each.line)
    }
    standard = prompts.page(STANDARD)
    found = [
        _finding(each, model.name) for each in answer.findings if stands(each, lines, standard)
    ]
    return tuple(sorted(found, key=lambda each: _ORDER.index(each.severity)))


_ORDER = ("blocker", "major", "minor")


def _finding(answered: AnsweredFinding, model: str) -> ReviewFinding:
    texts = {name: " ".join(str(text).split()) for name, text in answered.model_dump().items()}
    return ReviewFinding.model_validate({**texts, "line": answered.line, "model": model})
