"""What calling a function of the project gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refactor_agent.locate.resolve.annotations import declared
from refactor_agent.locate.resolve.decorators import decoration
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import (
    AWAITABLE,
    ClassObject,
    FunctionValue,
    GeneratorValue,
    Instance,
    Value,
    Values,
    awaitable,
    join,
)

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["function_result", "provided", "returned"]

_SELF = frozenset({"typing.Self", "typing_extensions.Self"})
_GENERATORS = frozenset(
    f"typing.{name}"
    for name in (
        "Iterator", "Iterable", "Generator", "AsyncIterator", "AsyncIterable", "AsyncGenerator",
    )
)  # fmt: skip


def function_result(evaluator: Evaluator, value: FunctionValue) -> Values:
    """Give the result of calling ``value``, as the caller gets it."""
    function = evaluator.index.functions[value.name]
    found = _with_receiver(function, returned(evaluator, function), value.receiver)
    facts = function.facts
    if facts.is_generator:
        return (GeneratorValue(function.name, found, facts.is_async),)
    if facts.is_async or decoration(evaluator, function).is_async:
        return awaitable(found)
    return found


def returned(evaluator: Evaluator, function: ProjectFunction) -> Values:
    """Give what the body returns (or yields): as annotated, else as inferred."""
    return evaluator.within(function, "returned", lambda: _returned(evaluator, function))


def _returned(evaluator: Evaluator, function: ProjectFunction) -> Values:
    stated = declared(evaluator, function.around, function.facts.returns)
    if function.facts.is_generator:
        elements = join(
            value.arguments[0]
            for value in stated
            if isinstance(value, Instance) and value.cls in _GENERATORS and value.arguments
        )
        return elements or join(evaluator.term(function, term) for term in function.body.yields)
    if stated:
        return stated
    return join(evaluator.term(function, term) for term in function.body.returns)


def _with_receiver(function: ProjectFunction, found: Values, receiver: Value | None) -> Values:
    """Put the receiver's own class where ``Self`` (or ``cls()``) stands for it."""
    owner = function.owner
    if owner is None or not isinstance(receiver, Instance | ClassObject):
        return found
    own = Instance(receiver.cls)
    inherited = receiver.cls != owner.name and function.facts.returns is None
    return join(
        (own,)
        if isinstance(value, Instance)
        and (value.cls in _SELF or (inherited and value.cls == owner.name))
        else (value,)
        for value in found
    )


def provided(evaluator: Evaluator, value: Value) -> Values:
    """Give what a framework gets by running a dependency to its end."""
    if isinstance(value, ClassObject):
        return (Instance(value.cls),)
    if not isinstance(value, FunctionValue):
        return ()
    groups: list[Values] = []
    for result in function_result(evaluator, value):
        if isinstance(result, GeneratorValue):
            groups.append(result.element)
        elif isinstance(result, Instance) and result.cls == AWAITABLE:
            groups.extend(result.arguments)
        else:
            groups.append((result,))
    return join(groups)
