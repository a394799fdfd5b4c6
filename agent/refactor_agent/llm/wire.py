"""What a failed call of the client library means."""

from __future__ import annotations

import openai

from refactor_agent.llm.failure import PARAMETERS, Failure, Parameter

__all__ = ["classify"]

_FORMAT_WORDS = (
    "response_format",
    "json_schema",
    "json_object",
    "text.format",
    "grammar",
    "guided",
)
_UNKNOWN_WORDS = (
    "unsupported", "not support", "unrecognized", "unknown", "unexpected", "extra inputs",
    "not permitted", "not allowed",
)  # fmt: skip
"""In which servers say that they don't know a parameter."""


def classify(error: openai.APIError | TimeoutError) -> Failure:
    """Say what ``error`` means; the client's own retries are behind it."""
    if isinstance(error, TimeoutError | openai.APITimeoutError):
        return Failure("did not answer in time")
    if isinstance(error, openai.APIStatusError):
        return _status(error)
    if isinstance(error, openai.APIConnectionError):
        return Failure(f"can't be reached: {_text(error)}")
    return Failure(f"broke the answer off: {_text(error)}", cut=True)


def _status(error: openai.APIStatusError) -> Failure:
    status, text = error.status_code, _text(error)
    message = f"answered {status}: {text}"
    named = any(word in text.lower() for word in _FORMAT_WORDS)
    if status in {400, 422} and (parameter := _unknown_parameter(text.lower())):
        return Failure(message, parameter=parameter, rejected=True)
    if status in {400, 413, 422} or (status >= 500 and named):
        return Failure(message, format_refused=status != 413, rejected=True)
    lasting = status in {401, 402, 403, 404} or error.code == "insufficient_quota"
    return Failure(message, lasting=lasting)


def _unknown_parameter(text: str) -> Parameter | None:
    if not any(word in text for word in _UNKNOWN_WORDS):
        return None
    return next((name for name in PARAMETERS if name in text), None)


def _text(error: openai.APIError) -> str:
    body = error.body
    told = body.get("message") if isinstance(body, dict) else None
    line = " ".join(str(told or error.__cause__ or error.message).split())
    return line if len(line) <= 200 else f"{line[:199]}…"
