"""What callers pass for a parameter that says nothing of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refactor_agent.locate.resolve.index import ProjectFunction, self_name
from refactor_agent.locate.resolve.passing import passed_for
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    ExternalMethod,
    FunctionValue,
    Instance,
    Partial,
    Value,
    Values,
    is_function,
    join,
)
from refactor_agent.locate.summary import CallFacts

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["arguments_for", "callables_for"]

_CALLABLES = (FunctionValue, Partial, ExternalMethod)
"""What a sync function is given to call is followed from each of its callers on its own."""

_APPLIED_TO_ELEMENTS = {"builtins.map": 1, "builtins.filter": 1}
_KEYED = frozenset({"builtins.sorted", "builtins.min", "builtins.max", "builtins.list.sort"})


def arguments_for(evaluator: Evaluator, function: ProjectFunction, name: str) -> Values:
    """Give the values that resolved calls in the project pass for the parameter ``name``."""
    if function.facts.is_lambda:
        return _of_lambda(evaluator, function, name)
    found = passed_for(evaluator, function, name) or _own_object(evaluator, function, name)
    if function.facts.is_async:
        return found
    return tuple(value for value in found if not isinstance(value, _CALLABLES))


def callables_for(evaluator: Evaluator, function: ProjectFunction, name: str) -> Values:
    """Give the callables that a function is handed for ``name``, also by decorating with it."""
    passed = passed_for(evaluator, function, name, is_kept=True)
    names = [item.name for item in function.facts.parameters]
    if names and names[0] == self_name(function):
        del names[0]
    own = names[0] if names else None
    decorated = _decorated(evaluator, function) if name == own else ()
    return join((tuple(value for value in passed if isinstance(value, _CALLABLES)), decorated))


def _decorated(evaluator: Evaluator, decorator: ProjectFunction) -> Values:
    """Give the functions and classes that ``decorator`` is put on, made by a call or not."""
    found: list[Value] = []
    for bare in dict.fromkeys((decorator.facts.bare, decorator.around.facts.bare)):
        for function in evaluator.index.decorated(bare):
            for term, _ in function.facts.decorators:
                values = evaluator.term(function.around, term)
                if any(is_function(value, decorator.name) for value in values):
                    found.append(FunctionValue(function.name))
        for cls in evaluator.index.decorated_classes(bare):
            for term in cls.facts.decorators:
                values = evaluator.term(cls.around, term)
                if any(is_function(value, decorator.name) for value in values):
                    found.append(ClassObject(cls.name))
    return tuple(dict.fromkeys(found))


def _own_object(evaluator: Evaluator, function: ProjectFunction, name: str) -> Values:
    """Give the ``self`` of a function that a decorator puts in the place of methods."""
    first = next((item.name for item in function.facts.parameters), None)
    if name not in _SELVES or name != first or function.facts.parent <= 0:
        return ()
    decorated = _decorated(evaluator, function.around)
    functions = (
        evaluator.index.functions[value.name]
        for value in decorated
        if isinstance(value, FunctionValue)
    )
    return join(
        (Instance(method.owner.name, is_open=True),)
        for method in functions
        if method.owner is not None
    )


_SELVES = frozenset({"self", "_self"})


def _of_lambda(evaluator: Evaluator, function: ProjectFunction, name: str) -> Values:
    """Give the elements of what a library function applies a lambda to."""
    first = next((item.name for item in function.facts.parameters), None)
    if name != first:
        return ()
    around, own = function.around, ("f", function.number)
    groups: list[Values] = []
    for call in around.body.calls:
        if own not in call.args and ("key", own) not in call.keywords:
            continue
        for callee in evaluator.term(around, call.func):
            iterated = _iterated(evaluator, around, call, callee)
            groups.extend(evaluator.elements(value) for value in iterated)
    return join(groups)


def _iterated(
    evaluator: Evaluator, around: ProjectFunction, call: CallFacts, callee: Value
) -> Values:
    if isinstance(callee, ExternalMethod):
        return (callee.receiver,) if callee.qualified in _KEYED else ()
    if not isinstance(callee, External):
        return ()
    position = 0 if callee.name in _KEYED else _APPLIED_TO_ELEMENTS.get(callee.name)
    if position is None or position >= len(call.args):
        return ()
    return evaluator.term(around, call.args[position])
