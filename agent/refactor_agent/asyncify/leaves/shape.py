"""What calling a function of the async side gives: what is awaited, iterated, or entered."""

from __future__ import annotations

from refactor_agent.asyncify.leaves.member import Gives
from refactor_agent.locate.resolve.annotations import declared
from refactor_agent.locate.resolve.classes import find_methods, linearise
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction
from refactor_agent.locate.resolve.results import returned
from refactor_agent.locate.resolve.values import AWAITABLE, Instance

__all__ = ["shape"]


def shape(evaluator: Evaluator, function: ProjectFunction) -> tuple[bool, Gives]:
    """Say whether a call of ``function`` is awaited, and what it gives."""
    facts = function.facts
    if function.has_decorator("asynccontextmanager"):
        return False, "context"
    if facts.is_async:
        return (False, "iterator") if facts.is_generator else (True, "value")
    if facts.bare == "__aiter__":
        return False, "iterator"
    for value in returned(evaluator, function):
        cls = evaluator.index.classes.get(value.cls) if isinstance(value, Instance) else None
        if cls is None or _constructs(evaluator, function, cls):
            continue
        if find_methods(evaluator, cls, "__await__"):
            return True, "context"
    return _gives_awaitable(evaluator, function), "value"


def _constructs(evaluator: Evaluator, function: ProjectFunction, cls: ProjectClass) -> bool:
    """Say whether a class method makes an object of its own class, as calling the class does."""
    is_own = function.owner is not None and function.owner in linearise(evaluator, cls)
    return is_own and function.has_decorator("classmethod")


def _gives_awaitable(evaluator: Evaluator, function: ProjectFunction) -> bool:
    """Say whether a plain function is annotated to give something that is awaited."""
    stated = declared(evaluator, function.around, function.facts.returns)
    return any(isinstance(value, Instance) and value.cls == AWAITABLE for value in stated)
