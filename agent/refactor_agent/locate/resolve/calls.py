"""What calls give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refactor_agent.locate.offloads import METHODS, OFFLOADS, WRAPPERS
from refactor_agent.locate.resolve.attributes import attribute
from refactor_agent.locate.resolve.builtin_calls import BUILTIN_CALLS, file_opened
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.iteration import entered, item_values
from refactor_agent.locate.resolve.results import function_result
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    ExternalMethod,
    FunctionValue,
    Instance,
    Offloaded,
    Partial,
    Record,
    TupleValue,
    Value,
    Values,
    awaitable,
    join,
)
from refactor_agent.locate.summary import CallFacts

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["result", "result_of"]


def result(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    """Give the values of a call expression in ``function``."""
    func = call.func
    if func is not None and func[0] == "a":
        base = evaluator.term(function, func[1])
        found = _container_method(base, func[2])
        if found is not None:
            return found
        if func[2] in _ENTERING and call.args:
            given = evaluator.term(function, call.args[0])
            return join(entered(evaluator, value, _ENTERING[func[2]]) for value in given)
        if func[2] in METHODS and func[2] not in _GIVE_FUTURES:
            return _offloaded(evaluator, function, call, METHODS[func[2]])
    callees = evaluator.term(function, func)
    return join(result_of(evaluator, function, call, value) for value in callees)


def result_of(  # noqa: PLR0911 - one for each kind of value
    evaluator: Evaluator, function: ProjectFunction, call: CallFacts, value: Value
) -> Values:
    """Give the result of calling one value."""
    if isinstance(value, ClassObject):
        return (Instance(value.cls),)
    if isinstance(value, FunctionValue):
        return function_result(evaluator, value)
    if isinstance(value, External):
        return _external(evaluator, function, call, value)
    if isinstance(value, ExternalMethod):
        return file_opened(evaluator.libraries.method_type(value), call, 0)
    if isinstance(value, Partial):
        return join(result_of(evaluator, function, call, inner) for inner in value.inner)
    if isinstance(value, Offloaded):
        groups = (result_of(evaluator, function, call, inner) for inner in value.inner)
        return awaitable(join(groups))
    if isinstance(value, Instance):
        return _instance(evaluator, function, call, value)
    return ()


def _external(
    evaluator: Evaluator, function: ProjectFunction, call: CallFacts, value: External
) -> Values:
    handler = BUILTIN_CALLS.get(value.name)
    if handler is not None:
        return handler(evaluator, function, call)
    if value.name in WRAPPERS or value.name in evaluator.offload_wrappers:
        inner = evaluator.term(function, call.args[0]) if call.args else ()
        return (Offloaded(inner),)
    position = OFFLOADS.get(value.name)
    if position is not None:
        offloaded = _offloaded(evaluator, function, call, position)
        return offloaded or evaluator.libraries.called(value)
    return file_opened(evaluator.libraries.called(value), call, 1)


def _offloaded(
    evaluator: Evaluator, function: ProjectFunction, call: CallFacts, position: int
) -> Values:
    """Give the awaitable of what the function handed over gives."""
    if len(call.args) <= position:
        return ()
    inner = evaluator.term(function, call.args[position])
    return awaitable(join(result_of(evaluator, function, call, value) for value in inner))


def _instance(
    evaluator: Evaluator, function: ProjectFunction, call: CallFacts, value: Instance
) -> Values:
    if value.cls == "typing.Callable":
        return value.arguments[0] if value.arguments else ()
    methods = attribute(evaluator, value, "__call__")
    return join(
        result_of(evaluator, function, call, method)
        for method in methods
        if isinstance(method, FunctionValue | ExternalMethod)
    )


_ENTERING = {"enter_context": "__enter__", "enter_async_context": "__aenter__"}
"""Methods of exit stacks that give what ``with`` would bind."""

_GIVE_FUTURES = frozenset({"submit", "apply_async"})
"""Offloads whose result is no awaitable but an object that waits when asked."""

_SAME = frozenset({"copy"})
_ITEMS = frozenset({"get", "pop", "setdefault", "popleft"})


def _container_method(base: Values, name: str) -> Values | None:
    """Give the result of a method of a builtin container, by what it holds."""
    groups: list[Values] = []
    for value in base:
        plain = isinstance(value, Record) or (
            isinstance(value, Instance) and bool(value.arguments) and value.cls != "queue.Queue"
        )
        if not plain:
            return None
        if name in _SAME:
            groups.append((value,))
        elif name in _ITEMS:
            groups.append(item_values(value))
        elif name == "values":
            groups.append((Instance("typing.Iterable", (item_values(value),)),))
        elif name == "items":
            groups.append(_pairs(value))
        else:
            return None
    return join(groups) if groups else None


def _pairs(value: Value) -> Values:
    keys: Values = (Instance("builtins.str"),) if isinstance(value, Record) else ()
    if isinstance(value, Instance) and value.arguments:
        keys = value.arguments[0]
    return (Instance("typing.Iterable", ((TupleValue((keys, item_values(value))),),)),)
