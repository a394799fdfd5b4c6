"""Ask by chat completions: what every OpenAI-compatible server has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import openai
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionMessageParam
from openai.types.chat.completion_create_params import ResponseFormat
from pydantic import BaseModel, Field, ValidationError

from refactor_agent.domain.proposal import Usage
from refactor_agent.llm.config import ModelConfig
from refactor_agent.llm.exchange import Prompt, Reply
from refactor_agent.llm.failure import CallError, Failure
from refactor_agent.llm.ladder import Way
from refactor_agent.llm.shapes import schema_of

__all__ = ["ask_chat", "read_completion"]

_OTHER_FORM = "answered in another form than chat completions; is the base URL right?"


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _PieceChoice(BaseModel):
    delta: _Message | None = None
    finish_reason: str | None = None


class _PromptDetails(BaseModel):
    cached_tokens: int | None = None


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _PromptDetails | None = None

    def as_usage(self) -> Usage:
        details = self.prompt_tokens_details or _PromptDetails()
        return Usage(
            prompt_tokens=self.prompt_tokens,
            completion_tokens=self.completion_tokens,
            cached_tokens=details.cached_tokens,
        )


class _Completion(BaseModel):
    """Read leniently: compatible servers leave fields out and put others in."""

    choices: list[_Choice] = Field(min_length=1)
    model: str | None = None
    usage: _Usage | None = None


class _Piece(BaseModel):
    """One event of a streamed completion."""

    choices: list[_PieceChoice] | None = None
    model: str | None = None
    usage: _Usage | None = None
    error: object = None


async def ask_chat(
    client: AsyncOpenAI, config: ModelConfig, prompt: Prompt, way: Way, sample: int
) -> Reply:
    """Make one call; raises `CallError`, `openai.APIError` and `TimeoutError`."""
    temperature = None if "temperature" in way.without else config.temperature_of(sample)
    newer = "max_tokens" in way.without
    limit = config.max_output_tokens
    if config.stream:
        stream = await client.chat.completions.create(
            model=config.model,
            messages=_messages(prompt),
            response_format=_format(way, prompt),
            temperature=openai.omit if temperature is None else temperature,
            max_tokens=openai.omit if newer or limit is None else limit,
            max_completion_tokens=limit if newer and limit is not None else openai.omit,
            stream=True,
            stream_options=(
                openai.omit if "stream_options" in way.without else {"include_usage": True}
            ),
        )
        return _joined([_piece(chunk) async for chunk in stream])
    response = await client.chat.completions.with_raw_response.create(
        model=config.model,
        messages=_messages(prompt),
        response_format=_format(way, prompt),
        temperature=openai.omit if temperature is None else temperature,
        max_tokens=openai.omit if newer or limit is None else limit,
        max_completion_tokens=limit if newer and limit is not None else openai.omit,
    )
    return read_completion(response.text)


def read_completion(body: str) -> Reply:
    """Read a chat completion from a response's body; raises `CallError` when it is none."""
    try:
        completion = _Completion.model_validate_json(body)
    except ValidationError as error:
        raise CallError(Failure(_OTHER_FORM)) from error
    choice, usage = completion.choices[0], completion.usage or _Usage()
    return Reply(
        content=choice.message.content or "",
        refusal=choice.message.refusal,
        finish_reason=choice.finish_reason,
        usage=usage.as_usage(),
        served_by=completion.model,
    )


def _piece(chunk: BaseModel) -> _Piece:
    try:
        piece = _Piece.model_validate(chunk.model_dump(warnings=False))
    except ValidationError as error:
        raise CallError(Failure(_OTHER_FORM)) from error
    if piece.error is not None:
        _broke_off(str(piece.error))
    return piece


def _joined(pieces: Sequence[_Piece]) -> Reply:
    """Put a streamed answer together; without its end it is none."""
    choices = [choice for piece in pieces for choice in (piece.choices or [])[:1]]
    deltas = [choice.delta for choice in choices if choice.delta is not None]
    ended = [choice.finish_reason for choice in choices if choice.finish_reason]
    if not ended:
        _broke_off(f"it broke off after {len(pieces)} pieces")
    usages = [piece.usage for piece in pieces if piece.usage is not None]
    return Reply(
        content="".join(delta.content or "" for delta in deltas),
        refusal="".join(delta.refusal or "" for delta in deltas) or None,
        finish_reason=ended[-1],
        usage=(usages[-1] if usages else _Usage()).as_usage(),
        served_by=next((piece.model for piece in pieces if piece.model), None),
    )


def _broke_off(why: str) -> NoReturn:
    raise CallError(Failure(f"began an answer and did not end it: {why[:200]}", cut=True))


def _format(way: Way, prompt: Prompt) -> ResponseFormat | openai.Omit:
    if way.rung == "text":
        return openai.omit
    if way.rung == "object":
        return {"type": "json_object"}
    schema = schema_of(prompt.form)
    return {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": schema, "strict": True},
    }


def _messages(prompt: Prompt) -> list[ChatCompletionMessageParam]:
    return [_message(message.role, message.content) for message in prompt.messages]


def _message(role: str, content: str) -> ChatCompletionMessageParam:
    if role == "system":
        return {"role": "system", "content": content}
    if role == "assistant":
        return {"role": "assistant", "content": content}
    return {"role": "user", "content": content}
