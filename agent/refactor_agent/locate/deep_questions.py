"""Room for questions about values that lie deep in one another."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from refactor_agent.locate.deep_stack import QUESTIONS, on_deep_stack
from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["with_deep_questions"]

T = TypeVar("T")


def with_deep_questions(evaluator: Evaluator, work: Callable[[], T]) -> T:
    """Give the result of ``work``, with room for questions that lie deep in one another.

    Long circles of functions take for ever where each few calls are worked out apart.
    """
    before, evaluator.memo.deepest = evaluator.memo.deepest, QUESTIONS
    try:
        return on_deep_stack(work)
    finally:
        evaluator.memo.deepest = before
