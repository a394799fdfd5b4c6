"""What calling a function of the async side gives: what is awaited, iterated, or entered."""

from __future__ import annotations

from refactor_agent.asyncify.leaves.member import Gives
from refactor_agent.locate.resolve.annotations import declared
from refactor_agent.locate.resolve.classes import find_methods, linearise
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction
from refactor_agent.locate.resolve.results import returned
from refactor_agent.locate.resolve.values import AWAITABLE, Instance, Values, join

__all__ = ["shape"]

_ASYNC_ITERABLES = frozenset(
    f"{home}.Async{kind}"
    for home in ("typing", "collections.abc")
    for kind in ("Iterable", "Iterator", "Generator")
)
"""Annotations that say that what is awaited is read with ``async for``."""


def shape(evaluator: Evaluator, function: ProjectFunction) -> tuple[bool, Gives]:
    """Say whether a call of ``function`` is awaited, and what it gives."""
    facts = function.facts
    if function.has_decorator("asynccontextmanager"):
        return False, "context"
    if facts.is_async:
        if facts.is_generator:
            return False, "iterator"
        return True, "iterator" if _is_read(_stated(evaluator, function)) else "value"
    if facts.bare == "__aiter__":
        return False, "iterator"
    for value in returned(evaluator, function):
        cls = evaluator.index.classes.get(value.cls) if isinstance(value, Instance) else None
        if cls is None or _constructs(evaluator, function, cls):
            continue
        if find_methods(evaluator, cls, "__await__"):
            return True, "context"
    awaited = [v for v in _stated(evaluator, function) if v.cls == AWAITABLE]
    inner = join(value.arguments[0] for value in awaited if value.arguments)
    return bool(awaited), "iterator" if _is_read(inner) else "value"


def _constructs(evaluator: Evaluator, function: ProjectFunction, cls: ProjectClass) -> bool:
    """Say whether a class method makes an object of its own class, as calling the class does."""
    is_own = function.owner is not None and function.owner in linearise(evaluator, cls)
    return is_own and function.has_decorator("classmethod")


def _stated(evaluator: Evaluator, function: ProjectFunction) -> tuple[Instance, ...]:
    """Give the objects that a function is annotated to give."""
    stated = declared(evaluator, function.around, function.facts.returns)
    return tuple(value for value in stated if isinstance(value, Instance))


def _is_read(values: Values) -> bool:
    """Say whether one of ``values`` is no more than something for ``async for``."""
    return any(isinstance(value, Instance) and value.cls in _ASYNC_ITERABLES for value in values)
