"""Ask by the responses API, where an endpoint has it and the user asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import openai
from openai import AsyncOpenAI
from openai.types.responses import EasyInputMessageParam, ResponseTextConfigParam
from pydantic import BaseModel, ValidationError

from refactor_agent.domain.proposal import Usage
from refactor_agent.llm.config import ModelConfig
from refactor_agent.llm.exchange import Prompt, Reply
from refactor_agent.llm.failure import CallError, Failure
from refactor_agent.llm.ladder import Way
from refactor_agent.llm.shapes import schema_of

__all__ = ["ask_responses", "read_response"]

_OTHER_FORM = "answered in another form than responses; is --api right?"
_ENDS = {"response.completed", "response.incomplete", "response.failed"}
_REASONS = {"max_output_tokens": "length", "content_filter": "content_filter"}
"""Why an answer is incomplete, in the words of chat completions."""


class _Content(BaseModel):
    type: str = ""
    text: str | None = None
    refusal: str | None = None


class _Item(BaseModel):
    type: str = ""
    content: list[_Content] | None = None


class _Details(BaseModel):
    reason: str | None = None


class _Error(BaseModel):
    message: str | None = None


class _Cached(BaseModel):
    cached_tokens: int | None = None


class _Usage(BaseModel):
    input_tokens: int | None = None
    output_tokens: int | None = None
    input_tokens_details: _Cached | None = None


class _Response(BaseModel):
    """Read leniently, as completions are."""

    output: list[_Item]
    status: str | None = None
    incomplete_details: _Details | None = None
    error: _Error | None = None
    model: str | None = None
    usage: _Usage | None = None


class _Event(BaseModel):
    type: str
    response: dict[str, object] | None = None
    message: str | None = None


async def ask_responses(
    client: AsyncOpenAI, config: ModelConfig, prompt: Prompt, way: Way, sample: int
) -> Reply:
    """Make one call; raises `CallError`, `openai.APIError` and `TimeoutError`.

    Nothing is left at the endpoint for later: ``store`` is off.
    """
    temperature = None if "temperature" in way.without else config.temperature_of(sample)
    if config.stream:
        stream = await client.responses.create(
            model=config.model,
            input=[_message(each.role, each.content) for each in prompt.messages],
            text=_format(way, prompt),
            temperature=openai.omit if temperature is None else temperature,
            max_output_tokens=config.max_output_tokens or openai.omit,
            store=False,
            stream=True,
        )
        return _last([event.model_dump(warnings=False) async for event in stream])
    response = await client.responses.with_raw_response.create(
        model=config.model,
        input=[_message(each.role, each.content) for each in prompt.messages],
        text=_format(way, prompt),
        temperature=openai.omit if temperature is None else temperature,
        max_output_tokens=config.max_output_tokens or openai.omit,
        store=False,
    )
    try:
        return read_response(_Response.model_validate_json(response.text))
    except ValidationError as error:
        raise CallError(Failure(_OTHER_FORM)) from error


def read_response(response: _Response) -> Reply:
    """Read the answer; raises `CallError` where the endpoint says that it failed."""
    if response.status in {"failed", "cancelled"}:
        error = response.error or _Error()
        raise CallError(Failure(f"failed: {(error.message or 'it does not say why')[:200]}"))
    contents = [content for item in response.output for content in item.content or []]
    details, usage = response.incomplete_details or _Details(), response.usage or _Usage()
    reason = details.reason or "incomplete"
    cached = usage.input_tokens_details or _Cached()
    return Reply(
        content="".join(each.text or "" for each in contents if each.type == "output_text"),
        refusal="".join(each.refusal or "" for each in contents) or None,
        finish_reason=_REASONS.get(reason, "length") if response.status == "incomplete" else "stop",
        usage=Usage(
            prompt_tokens=usage.input_tokens,
            completion_tokens=usage.output_tokens,
            cached_tokens=cached.cached_tokens,
        ),
        served_by=response.model,
    )


def _last(events: Sequence[dict[str, object]]) -> Reply:
    """Read a stream's last event, which holds the whole answer; without it there is none."""
    try:
        known = [_Event.model_validate(event) for event in events]
        faults = [event.message or "" for event in known if event.type == "error"]
        if faults:
            _broke_off(faults[0])
        ends = [event.response for event in known if event.type in _ENDS]
        if not ends or ends[-1] is None:
            _broke_off(f"it broke off after {len(events)} pieces")
        return read_response(_Response.model_validate(ends[-1]))
    except ValidationError as error:
        raise CallError(Failure(_OTHER_FORM)) from error


def _broke_off(why: str) -> NoReturn:
    raise CallError(Failure(f"began an answer and did not end it: {why[:200]}", cut=True))


def _format(way: Way, prompt: Prompt) -> ResponseTextConfigParam | openai.Omit:
    if way.rung == "text":
        return openai.omit
    if way.rung == "object":
        return {"format": {"type": "json_object"}}
    schema = schema_of(prompt.form)
    return {"format": {"type": "json_schema", "name": "answer", "schema": schema, "strict": True}}


def _message(role: str, content: str) -> EasyInputMessageParam:
    if role == "system":
        return {"role": "system", "content": content}
    if role == "assistant":
        return {"role": "assistant", "content": content}
    return {"role": "user", "content": content}
