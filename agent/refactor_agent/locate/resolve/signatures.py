"""Whether functions, methods and classes take the arguments of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refactor_agent.locate.resolve.classes import linearise, metaclasses
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import (
    ClassObject,
    FunctionValue,
    Instance,
    Value,
    Values,
)
from refactor_agent.locate.summary import CallFacts, Parameter

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["fitting", "keeps_arguments", "takes"]

_KEEPING = frozenset({
    "abstractmethod", "cache", "cached", "classmethod", "final", "lru_cache", "override",
    "staticmethod", "wraps",
})  # fmt: skip
"""Decorators that hand on to a function just what it is called with."""


def keeps_arguments(function: ProjectFunction) -> bool:
    """Say whether the decorators of ``function`` hand on just what it is called with."""
    return all(text.rpartition(".")[2] in _KEEPING for _, text in function.facts.decorators)


def fitting(evaluator: Evaluator, call: CallFacts, values: Values) -> Values:
    """Give those of several values that take what ``call`` passes; all of them if none does."""
    if len(values) < 2:
        return values
    return tuple(value for value in values if _may_be_called(evaluator, call, value)) or values


def takes(method: ProjectFunction, call: CallFacts, receiver: Value | None) -> bool:
    """Say whether ``call`` on ``receiver`` may run ``method``: else Python would raise `TypeError`.

    Of methods whose decorators may take other arguments it may; what stands behind ``*`` and
    ``**`` may be whatever is lacking.
    """
    is_static = method.has_decorator("staticmethod")
    return not isinstance(receiver, Instance) or _takes(method, call, is_bound=not is_static)


def _may_be_called(evaluator: Evaluator, call: CallFacts, value: Value) -> bool:
    if isinstance(value, ClassObject):
        constructors = _constructors(evaluator, value)
        return not constructors or any(_takes(one, call, is_bound=True) for one in constructors)
    if not isinstance(value, FunctionValue):
        return True
    function = evaluator.index.functions[value.name]
    if function.facts.owner < 0:
        return _takes(function, call, is_bound=False)
    return takes(function, call, value.receiver)


def _constructors(evaluator: Evaluator, value: ClassObject) -> list[ProjectFunction]:
    """Give the ``__init__`` of a class, where it is all that says what making one takes."""
    cls = evaluator.index.classes[value.cls]
    if metaclasses(evaluator, cls):
        return []
    for base in linearise(evaluator, cls):
        if isinstance(base, str) or base.methods("__new__"):
            return []
        if base.methods("__init__"):
            return base.methods("__init__")
    return []


def _takes(method: ProjectFunction, call: CallFacts, *, is_bound: bool) -> bool:
    if not keeps_arguments(method):
        return True
    parameters = method.facts.parameters
    if is_bound:
        if not parameters or parameters[0].kind != "positional":
            return True
        parameters = parameters[1:]
    keywords = {name for name, _ in call.keywords}
    if call.starred:
        return _has(parameters, keywords - {"**"})
    return _fits(parameters, len(call.args), keywords)


def _fits(parameters: tuple[Parameter, ...], number: int, keywords: set[str]) -> bool:
    kinds = {item.kind for item in parameters}
    names = [item.name for item in parameters if item.kind == "positional"]
    if number > len(names) and "varargs" not in kinds:
        return False
    if not _has(parameters, keywords):
        return False
    given = keywords.union(names[:number])
    return all(
        item.name in given or item.default is not None or item.kind in {"varargs", "kwargs"}
        for item in parameters
    )


def _has(parameters: tuple[Parameter, ...], keywords: set[str]) -> bool:
    """Say whether there is a parameter for each of ``keywords``."""
    known = {item.name for item in parameters if item.kind in {"positional", "keyword"}}
    return keywords <= known or any(item.kind == "kwargs" for item in parameters)
