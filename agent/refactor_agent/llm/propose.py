"""A change set to a proposal, by asking a model."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from refactor_agent.domain.plan import Refusal
from refactor_agent.domain.proposal import ModelAuthor, Proposal
from refactor_agent.domain.values import Value
from refactor_agent.domain.verdict import CheckFailure
from refactor_agent.llm.accept import Accepted, accept
from refactor_agent.llm.answer import Answer, read_reply
from refactor_agent.llm.budget import Fitted, estimated_tokens, fit
from refactor_agent.llm.exchange import Model, Prompt, Reply
from refactor_agent.llm.prompts import Prompts
from refactor_agent.llm.redaction import Vault
from refactor_agent.llm.request import ModelRequest, NamedCode, Round

__all__ = ["Policy", "next_question", "propose_by_model"]


class Policy(Value):
    """How hard one proposal is tried."""

    repairs: int = Field(default=1, ge=0)
    """How often an answer that can't be used is sent back before giving up."""
    sample: int = Field(default=0, ge=0)
    """Raise it for another answer to the same question; the cache keeps them apart."""
    prompt_tokens: int = Field(default=32_000, gt=0)
    """What a prompt may hold, estimated; beyond that it says less, in the order of `DROPS`."""


_PATIENT = Policy()


async def propose_by_model(
    request: ModelRequest,
    model: Model,
    prompts: Prompts,
    *,
    previous: Sequence[Round] = (),
    policy: Policy = _PATIENT,
) -> Proposal | Refusal:
    """Ask ``model`` to carry out ``request``.

    Args:
        request: The change set's facts.
        model: Who is asked.
        prompts: The templates.
        previous: Proposals that the gate turned down, with its failures, oldest first.
        policy: How hard to try.

    Returns:
        A proposal within the plan, not yet verified; or a refusal, whose reason says whether the
        model refused, could not be asked, or gave only answers of no use.
    """
    vault = Vault(*(part.code for part in request.functions))
    rounds = list(previous)
    faults: list[CheckFailure] = []
    while len(faults) <= policy.repairs:
        fitted = next_question(request, prompts, vault, rounds, policy)
        if not fitted.fits:
            return _too_long(fitted, policy)
        prompt = fitted.prompt
        reply = await model.ask(prompt, sample=policy.sample, about=request.change_set)
        if isinstance(reply, Refusal):
            return reply
        answer = read_reply(reply)
        if isinstance(answer, Refusal):
            return answer
        outcome = answer if isinstance(answer, CheckFailure) else accept(request, answer, vault)
        if isinstance(outcome, Accepted):
            made = outcome.proposal(request, vault, _author(model, prompt, reply, policy))
            return _with_note(made, fitted)
        about = request.change_set
        await model.fault(prompt, outcome.check, sample=policy.sample, about=about)
        faults.append(outcome)
        rounds.append(_round(answer, outcome, vault))
    return _useless(faults)


def next_question(
    request: ModelRequest,
    prompts: Prompts,
    vault: Vault,
    rounds: Sequence[Round] = (),
    policy: Policy = _PATIENT,
) -> Fitted:
    """Render what the model would be asked next."""
    return fit(
        request,
        rounds,
        lambda told, past: prompts.propose(told, past, vault),
        policy.prompt_tokens,
    )


def _too_long(fitted: Fitted, policy: Policy) -> Refusal:
    tokens = estimated_tokens(fitted.prompt.size)
    return Refusal(
        reason="prompt-too-long",
        message=f"about {tokens} tokens are needed at least, {policy.prompt_tokens} are allowed",
    )


def _with_note(made: Proposal, fitted: Fitted) -> Proposal:
    if not fitted.dropped:
        return made
    note = f"for want of room the model was not told: {', '.join(fitted.dropped)}"
    return made.model_copy(update={"notes": (*made.notes, note)})


def _author(model: Model, prompt: Prompt, reply: Reply, policy: Policy) -> ModelAuthor:
    return ModelAuthor(
        model=model.name,
        template=prompt.template,
        prompt=prompt.digest,
        usage=reply.usage,
        sample=policy.sample,
        disclosure=model.disclosure,
    )


def _round(answer: Answer | CheckFailure, failure: CheckFailure, vault: Vault) -> Round:
    functions = answer.functions if isinstance(answer, Answer) else []
    return Round(
        functions=tuple(
            NamedCode(name=each.name, code=vault.restore(each.code)) for each in functions
        ),
        failures=(failure,),
    )


def _useless(faults: Sequence[CheckFailure]) -> Refusal:
    last = faults[-1]
    count = "the model's answer" if len(faults) == 1 else f"{len(faults)} answers of the model"
    return Refusal(
        reason=last.check.replace("answer/", "answer-"),
        message=f"{count} could not be used: {last.message}",
    )
