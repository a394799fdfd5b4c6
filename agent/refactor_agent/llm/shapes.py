"""The JSON schemas that answers are asked to have."""

from __future__ import annotations

from refactor_agent.llm.answer import Answer
from refactor_agent.llm.exchange import Form
from refactor_agent.llm.review_answer import ReviewAnswer
from refactor_agent.llm.schema import strict_schema
from refactor_agent.llm.triage_answer import TriageAnswer

__all__ = ["schema_of"]

_SCHEMAS = {
    "proposal": strict_schema(Answer),
    "review": strict_schema(ReviewAnswer),
    "triage": strict_schema(TriageAnswer),
}


def schema_of(form: Form) -> dict[str, object]:
    """Give the strict schema of an answer."""
    return _SCHEMAS[form]
