"""The schema that strict endpoints take."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from refactor_agent.llm.answer import Answer
from refactor_agent.llm.schema import strict_schema


def test_the_answers_schema_requires_everything_and_allows_no_more():
    schema = strict_schema(Answer)
    function = schema["$defs"]["AnsweredFunction"]
    assert function == {
        "type": "object",
        "properties": {"name": {"type": "string"}, "code": {"type": "string"}},
        "required": ["name", "code"],
        "additionalProperties": False,
    }
    assert schema["additionalProperties"] is False
    assert schema["required"] == list(schema["properties"])
    assert schema["properties"]["status"] == {"enum": ["done", "refused"], "type": "string"}
    assert schema["properties"]["refusal"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}


def test_defaults_and_titles_go_but_fields_of_that_name_stay():
    class Book(BaseModel):
        title: str = "none"
        default: int | None = None

    schema = strict_schema(Book)
    assert schema["properties"] == {
        "title": {"type": "string"},
        "default": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    }
    assert schema["required"] == ["title", "default"]


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


UNSUPPORTED = {
    "mapping": dict[str, int],
    "tuple": tuple[int, str],
    "set": set[int],
    "tagged union": Annotated[Cat | Dog, Field(discriminator="kind")],
}


@pytest.mark.parametrize("case", UNSUPPORTED)
def test_what_strict_mode_rejects_is_rejected_here(case):
    model = type("Model", (BaseModel,), {"__annotations__": {"field": UNSUPPORTED[case]}})
    with pytest.raises(TypeError, match="strict schemas"):
        strict_schema(model)
