"""What decorators make of a function: the same, an async one, or one on a worker thread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from refactor_agent.locate.offloads import WRAPPERS
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    FunctionValue,
    GeneratorValue,
    ModuleValue,
    Offloaded,
    Value,
    join,
)

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["Decoration", "decoration", "decorator_names", "wrappers_of"]


class Decoration(NamedTuple):
    """The effect of all decorators of a function."""

    is_async: bool = False
    """Calling it gives an awaitable."""
    runs_elsewhere: bool = False
    """Its body runs on a worker thread."""
    wrappers: tuple[str, ...] = ()
    """Functions of the project that run when it is called, and call it."""


_PLAIN = Decoration()


def decoration(evaluator: Evaluator, function: ProjectFunction) -> Decoration:
    """Say what the decorators of ``function`` do to its calls."""
    if not function.facts.decorators:
        return _PLAIN
    question = ("decoration", function.name)
    return evaluator.memo.get(question, lambda: _decoration(evaluator, function), _PLAIN)


def _decoration(evaluator: Evaluator, function: ProjectFunction) -> Decoration:
    wrappers: list[ProjectFunction] = []
    for term, _ in function.facts.decorators:
        for value in evaluator.term(function.around, term):
            if isinstance(value, External) and value.name in WRAPPERS:
                return Decoration(is_async=True, runs_elsewhere=True)
            if isinstance(value, Offloaded):
                return Decoration(is_async=True, runs_elsewhere=True)
            if isinstance(value, GeneratorValue):  # a context manager, entered for each call
                wrappers.append(evaluator.index.functions[value.function])
            if isinstance(value, FunctionValue):
                wrappers.extend(wrappers_of(evaluator, evaluator.index.functions[value.name]))
    sync = [wrapper for wrapper in wrappers if not wrapper.facts.is_async]
    if wrappers and not sync:
        return Decoration(is_async=True, runs_elsewhere=True)
    return Decoration(wrappers=tuple(wrapper.name for wrapper in sync))


def decorator_names(evaluator: Evaluator, function: ProjectFunction) -> Iterator[str]:
    """Give the qualified name of each decorator, called or not; as written where it is unknown."""
    for term, text in function.facts.decorators:
        target = term
        if term is not None and term[0] == "k":
            target = function.around.body.calls[term[1]].func
        values = evaluator.term(function.around, target)
        yield (_qualified(values[0]) if len(values) == 1 else None) or text


def _qualified(value: Value) -> str | None:
    if isinstance(value, External | FunctionValue | ModuleValue):
        name = value.name
        return name.removeprefix("builtins.") if isinstance(value, External) else name
    return value.cls if isinstance(value, ClassObject) else None


def wrappers_of(evaluator: Evaluator, decorator: ProjectFunction) -> list[ProjectFunction]:
    """Give the nested functions that a decorator puts in place of what it decorates."""
    results = join(evaluator.term(decorator, term) for term in decorator.body.returns)
    found: list[ProjectFunction] = []
    for value in results:
        if not isinstance(value, FunctionValue):
            continue
        function = evaluator.index.functions[value.name]
        if _is_within(function, decorator):
            inner = wrappers_of(evaluator, function) if _takes_one(function) else []
            found.extend(inner or [function])
    return list(dict.fromkeys(found))


def _is_within(function: ProjectFunction, decorator: ProjectFunction) -> bool:
    while function.facts.parent > 0:
        function = function.around
        if function.name == decorator.name:
            return True
    return False


def _takes_one(function: ProjectFunction) -> bool:
    """Say whether a function looks like a decorator made by one that takes options."""
    return len(function.facts.parameters) == 1 and function.facts.parameters[0].kind == "positional"
