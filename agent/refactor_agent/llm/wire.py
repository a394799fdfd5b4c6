"""The part of a chat completion that is read, and what a failed call means."""

from __future__ import annotations

from typing import NamedTuple

import openai
from pydantic import BaseModel, Field, ValidationError

from refactor_agent.domain.proposal import Usage
from refactor_agent.llm.exchange import Reply

__all__ = ["CallError", "Failure", "classify", "read_completion"]

_FORMAT_WORDS = ("response_format", "json_schema", "json_object", "grammar", "guided")


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _PromptDetails(BaseModel):
    cached_tokens: int | None = None


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _PromptDetails | None = None


class _Completion(BaseModel):
    """Read leniently: compatible servers leave fields out and put others in."""

    choices: list[_Choice] = Field(min_length=1)
    model: str | None = None
    usage: _Usage | None = None


class CallError(Exception):
    """A call that gave no answer."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Failure(NamedTuple):
    """What a failed call means for the calls to come."""

    message: str
    format_refused: bool = False
    """The endpoint may take the same prompt on a lower rung of the ladder."""
    rejected: bool = False
    """It does not take this prompt; another one it may."""
    lasting: bool = False
    """No later call will do better."""


def read_completion(body: str, seconds: float) -> Reply:
    """Read a chat completion from a response's body; raises `CallError` when it is none."""
    try:
        completion = _Completion.model_validate_json(body)
    except ValidationError as error:
        message = "answered in another form than chat completions; is the base URL right?"
        raise CallError(Failure(message)) from error
    choice, usage = completion.choices[0], completion.usage or _Usage()
    details = usage.prompt_tokens_details or _PromptDetails()
    return Reply(
        content=choice.message.content or "",
        refusal=choice.message.refusal,
        finish_reason=choice.finish_reason,
        usage=Usage(
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            cached_tokens=details.cached_tokens,
        ),
        served_by=completion.model,
        seconds=round(seconds, 3),
    )


def classify(error: openai.APIError | TimeoutError) -> Failure:
    """Say what ``error`` means; the client's own retries are behind it."""
    if isinstance(error, TimeoutError | openai.APITimeoutError):
        return Failure("did not answer in time")
    if not isinstance(error, openai.APIStatusError):
        return Failure(f"can't be reached: {_text(error)}")
    status, text = error.status_code, _text(error)
    named = any(word in text.lower() for word in _FORMAT_WORDS)
    message = f"answered {status}: {text}"
    if status in {400, 413, 422} or (status >= 500 and named):
        return Failure(message, format_refused=status != 413, rejected=True)
    lasting = status in {401, 402, 403, 404} or error.code == "insufficient_quota"
    return Failure(message, lasting=lasting)


def _text(error: openai.APIError) -> str:
    body = error.body
    told = body.get("message") if isinstance(body, dict) else None
    line = " ".join(str(told or error.__cause__ or error.message).split())
    return line if len(line) <= 200 else f"{line[:199]}…"
