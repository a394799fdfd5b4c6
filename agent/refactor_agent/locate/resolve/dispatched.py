"""What the standard library calls on behalf of a function or a class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from refactor_agent.locate.resolve.classes import linearise
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction
from refactor_agent.locate.resolve.values import Value, Values, is_function

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["default_factories", "registered"]

_DISPATCHERS = ("singledispatch", "singledispatchmethod")


def registered(evaluator: Evaluator, function: ProjectFunction) -> tuple[str, ...]:
    """Give the functions that a `functools.singledispatch` function may run in its own place."""
    if not function.facts.decorators or not function.has_decorator(*_DISPATCHERS):
        return ()
    question = ("registered", function.name)
    return evaluator.memo.get(question, lambda: tuple(_registered(evaluator, function)), ())


def _registered(evaluator: Evaluator, function: ProjectFunction) -> Iterator[str]:
    for other in evaluator.index.decorated("register"):
        for term, _ in other.facts.decorators:
            given = term
            if given is not None and given[0] == "k":  # `@show.register(int)`
                given = other.around.body.calls[given[1]].func
            if given is None or given[0] != "a":
                continue
            values = evaluator.term(other.around, given[1])
            if any(is_function(value, function.name) for value in values):
                yield other.name


def default_factories(evaluator: Evaluator, cls: ProjectClass) -> Values:
    """Give what making an object calls for the fields that it is not given."""
    question = ("default factories", cls.name)
    return evaluator.memo.get(question, lambda: tuple(_factories(evaluator, cls)), ())


def _factories(evaluator: Evaluator, cls: ProjectClass) -> Iterator[Value]:
    for base in linearise(evaluator, cls):
        if isinstance(base, str):
            continue
        for group in base.facts.attributes.values():
            for item in group:
                home = base.module.functions[item.function]
                term = item.term
                while term is not None and term[0] == "l":
                    term = home.body.definitions[term[1]]
                if term is None or term[0] != "k":
                    continue
                for name, given in home.body.calls[term[1]].keywords:
                    if name == "default_factory":
                        yield from evaluator.term(home, given)
