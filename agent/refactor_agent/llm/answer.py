"""A model's answer: its shape, and how it is found in whatever text came back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, JsonValue, ValidationError

from refactor_agent.domain.plan import Refusal
from refactor_agent.domain.verdict import CheckFailure
from refactor_agent.llm.exchange import Reply

__all__ = ["Answer", "AnsweredFunction", "ended", "fault", "parse_answer", "parse_as", "read_reply"]

_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_DECODER = json.JSONDecoder(strict=False)
"""Not strict: small models put raw line breaks into JSON strings."""


Shape = TypeVar("Shape", bound=BaseModel)


def _whole(text: str) -> str:
    """Turn away half characters, which JSON can name and no file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half of a surrogate pair") from None
    return text


Text = Annotated[str, AfterValidator(_whole)]


class AnsweredFunction(BaseModel):
    """One function, whole."""

    model_config = ConfigDict(frozen=True)

    name: Text
    code: Text


class Answer(BaseModel):
    """What the prompt asks for. Flat, so that strict schemas can say it."""

    model_config = ConfigDict(frozen=True)

    status: Literal["done", "refused"]
    functions: list[AnsweredFunction]
    imports: list[Text]
    assumptions: list[Text]
    refusal: Text | None


def fault(code: str, message: str) -> CheckFailure:
    """Make a failure of the answer itself, which another round may mend."""
    return CheckFailure(check=f"answer/{code}", message=message)


def read_reply(reply: Reply) -> Answer | CheckFailure | Refusal:
    """Read the answer out of ``reply``: a refusal ends the matter, a failure can be repaired."""
    refused = ended(reply)
    if refused is not None:
        return refused
    if not reply.content.strip():
        return fault("empty", "The answer was empty.")
    answer = parse_answer(reply.content)
    if isinstance(answer, Answer) and answer.status == "refused":
        return _refusal("model-refused", f"the model refused: {_line(answer.refusal or 'no why')}")
    return answer


def ended(reply: Reply) -> Refusal | None:
    """Say why ``reply`` is no answer at all; ``None`` where it may be one."""
    if reply.refusal:
        return _refusal("model-refused", f"the model refused: {_line(reply.refusal)}")
    if reply.finish_reason == "content_filter":
        return _refusal("content-filter", "the endpoint's content filter stopped the answer")
    if reply.finish_reason == "length":
        return _refusal("answer-truncated", "the answer was cut off at the output token limit")
    return None


def parse_answer(text: str) -> Answer | CheckFailure:
    """Find the answer in ``text``."""
    return parse_as(text, Answer)


def parse_as(text: str, shape: type[Shape]) -> Shape | CheckFailure:
    """Find what has the ``shape`` in ``text``: bare JSON, fenced, or with prose around it.

    The last object that has the right shape counts, since drafts come before answers.
    """
    found = list(_objects(_THOUGHT.sub("", text)))
    if not found:
        return fault("no-json", "The answer held no JSON object.")
    problem = ""
    for candidate in reversed(found):
        try:
            return shape.model_validate(candidate)
        except ValidationError as error:
            problem = problem or _problems(error)
    return fault("wrong-schema", f"The JSON did not have the asked shape: {problem}.")


def _objects(text: str) -> Iterator[JsonValue]:
    """Give the outermost JSON objects in ``text``, in order."""
    position = text.find("{")
    while position >= 0:
        try:
            value, end = _DECODER.raw_decode(text, position)
        except json.JSONDecodeError:
            end = position + 1
        except RecursionError:
            return
        else:
            yield value
        position = text.find("{", end)


def _problems(error: ValidationError) -> str:
    parts = (
        f"{'.'.join(str(step) for step in item['loc']) or 'the object'}: {item['msg'].lower()}"
        for item in error.errors(include_url=False, include_input=False)[:5]
    )
    return "; ".join(parts)


def _refusal(reason: str, message: str) -> Refusal:
    return Refusal(reason=reason, message=message)


def _line(text: str, width: int = 300) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: width - 1]}…"
