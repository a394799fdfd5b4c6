"""What callers pass for a parameter that says nothing of itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from refactor_agent.locate.resolve.classes import find_methods
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    ExternalMethod,
    FunctionValue,
    Partial,
    Value,
    Values,
    join,
)
from refactor_agent.locate.summary import CallFacts
from refactor_agent.locate.terms import Term

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["arguments_for", "callables_for"]

_MOST_CALLERS = 48
"""With more, the parameter takes anything, and asking them all would cost too much."""

_CALLABLES = (FunctionValue, Partial, ExternalMethod)
"""What a sync function is given to call is followed from each of its callers on its own."""

_APPLIED_TO_ELEMENTS = {"builtins.map": 1, "builtins.filter": 1}
_KEYED = frozenset({"builtins.sorted", "builtins.min", "builtins.max", "builtins.list.sort"})


def arguments_for(evaluator: Evaluator, function: ProjectFunction, name: str) -> Values:
    """Give the values that resolved calls in the project pass for the parameter ``name``."""
    if function.facts.is_lambda:
        return _of_lambda(evaluator, function, name)
    found = _passed_by_callers(evaluator, function, name)
    if function.facts.is_async:
        return found
    return tuple(value for value in found if not isinstance(value, _CALLABLES))


def _passed_by_callers(evaluator: Evaluator, function: ProjectFunction, name: str) -> Values:
    bare = function.facts.bare
    owner = function.owner
    if bare in {"__init__", "__new__"} and owner is not None:
        bare = owner.name.rpartition(".")[2].partition("#")[0]
    callers = evaluator.index.callers(bare)
    if bare != function.facts.bare:
        callers = [*callers, *_through_super(evaluator, function)]
    if not callers or len(callers) > _MOST_CALLERS:
        return ()
    groups: list[Values] = []
    for caller in callers:
        for call in caller.body.calls:
            if _last_name(caller, call.func) in {bare, function.facts.bare}:
                passed = _passed(evaluator, caller, call, function, name)
                groups.extend(evaluator.term(caller, term) for term in passed)
    return join(groups)


def _through_super(evaluator: Evaluator, constructor: ProjectFunction) -> list[ProjectFunction]:
    """Give the constructors of subclasses: they call the one of their base class."""
    owner, bare = constructor.owner, constructor.facts.bare
    below = evaluator.index.subclasses(owner) if owner else ()
    return [method for cls in below for method in cls.methods(bare)]


def callables_for(evaluator: Evaluator, function: ProjectFunction, name: str) -> Values:
    """Give the callables that a function is handed for ``name``, also by decorating with it."""
    passed = _passed_by_callers(evaluator, function, name)
    own = next((item.name for item in function.facts.parameters), None)
    decorated = _decorated(evaluator, function) if name == own else ()
    return join((tuple(value for value in passed if isinstance(value, _CALLABLES)), decorated))


def _decorated(evaluator: Evaluator, decorator: ProjectFunction) -> Values:
    """Give the functions that ``decorator`` is put on, or is put on when it was made."""
    found: list[Value] = []
    for bare in dict.fromkeys((decorator.facts.bare, decorator.around.facts.bare)):
        for function in evaluator.index.decorated(bare):
            for term, _ in function.facts.decorators:
                values = evaluator.term(function.around, term)
                if any(_is(value, decorator) for value in values):
                    found.append(FunctionValue(function.name))
    return tuple(dict.fromkeys(found))


def _is(value: Value, function: ProjectFunction) -> bool:
    return isinstance(value, FunctionValue) and value.name == function.name


def _last_name(caller: ProjectFunction, func: Term) -> str | None:
    if func is None:
        return None
    if func[0] in "agix":
        last = func[-1]
        return last if isinstance(last, str) else None
    if func[0] == "f":
        return caller.module.functions[func[1]].facts.bare
    if func[0] == "c":
        return caller.module.classes[func[1]].name.rpartition(".")[2].partition("#")[0]
    return None


def _passed(
    evaluator: Evaluator,
    caller: ProjectFunction,
    call: CallFacts,
    function: ProjectFunction,
    name: str,
) -> Iterator[Term]:
    for value in evaluator.term(caller, call.func):
        bound = _calls(evaluator, value, function)
        if bound is None:
            continue
        for keyword, term in call.keywords:
            if keyword == name:
                yield term
        names = [item.name for item in function.facts.parameters if item.kind == "positional"]
        names = names[1:] if bound else names
        if name in names and names.index(name) < len(call.args):
            yield call.args[names.index(name)]


def _calls(evaluator: Evaluator, value: Value, function: ProjectFunction) -> bool | None:
    """Say whether calling ``value`` runs ``function``, and if so whether it is bound then."""
    if isinstance(value, FunctionValue) and value.name == function.name:
        is_method = function.facts.owner >= 0 and not function.has_decorator("staticmethod")
        unbound = isinstance(value.receiver, ClassObject) and not function.has_decorator(
            "classmethod"
        )
        return is_method and value.receiver is not None and not unbound
    if isinstance(value, ClassObject):
        cls = evaluator.index.classes[value.cls]
        if function in find_methods(evaluator, cls, function.facts.bare):
            return True
    return None


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
