"""What calling a function of the project gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refactor_agent.locate.resolve.annotations import stated
from refactor_agent.locate.resolve.decorators import decoration
from refactor_agent.locate.resolve.generics import (
    SELF,
    CallAt,
    bind_call,
    bindings_in,
    mentions_variables,
    substituted,
)
from refactor_agent.locate.resolve.index import ProjectFunction, self_name
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

_MANAGERS = ("contextmanager", "asynccontextmanager")
_GENERATORS = frozenset(
    f"typing.{name}"
    for name in (
        "Iterator", "Iterable", "Generator", "AsyncIterator", "AsyncIterable", "AsyncGenerator",
    )
)  # fmt: skip


def function_result(evaluator: Evaluator, value: FunctionValue, at: CallAt | None = None) -> Values:
    """Give the result of calling ``value``, as the caller gets it.

    ``at``: where it is called, for what the arguments say of the result.
    """
    function = evaluator.index.functions[value.name]
    found = returned(evaluator, function)
    if mentions_variables(found):
        bindings = _bindings(evaluator, function, value.receiver, at)
        found = substituted(evaluator, found, bindings)
    found = _with_receiver(function, found, value.receiver)
    facts = function.facts
    if _gives_elements(function):
        return (GeneratorValue(function.name, found, facts.is_async),)
    if facts.is_async or decoration(evaluator, function).is_async:
        return awaitable(found)
    return found


def _bindings(
    evaluator: Evaluator, function: ProjectFunction, receiver: Value | None, at: CallAt | None
) -> dict[str, Values]:
    """Give what type variables stand for: by the receiver's class, and by the arguments."""
    bindings: dict[str, Values] = {}
    if function.owner is not None and isinstance(receiver, Instance | ClassObject):
        bindings.update(bindings_in(evaluator, receiver, function.owner))
    if at is not None:
        bindings.update(bind_call(evaluator, function, receiver, at))
    return bindings


def returned(evaluator: Evaluator, function: ProjectFunction) -> Values:
    """Give what the body returns (or yields): as annotated, else as inferred.

    Type variables of the annotation are still in it.
    """
    return evaluator.within(function, "returned", lambda: _returned(evaluator, function))


def _returned(evaluator: Evaluator, function: ProjectFunction) -> Values:
    annotated = stated(evaluator, function.around, function.facts.returns)
    if _gives_elements(function):
        elements = join(
            value.arguments[0]
            for value in annotated
            if isinstance(value, Instance) and value.cls in _GENERATORS and value.arguments
        )
        return elements or join(evaluator.term(function, term) for term in function.body.yields)
    if annotated:
        return annotated
    return join(evaluator.term(function, term) for term in function.body.returns)


def _gives_elements(function: ProjectFunction) -> bool:
    """Say whether a function is a generator, or an abstract one that is a context manager."""
    facts = function.facts
    return facts.is_generator or (facts.is_stub and function.has_decorator(*_MANAGERS))


def _with_receiver(function: ProjectFunction, found: Values, receiver: Value | None) -> Values:
    """Put the receiver's own class where ``Self`` (or ``cls()``) stands for it."""
    owner = function.owner
    if owner is None or not isinstance(receiver, Instance | ClassObject):
        return found
    own = Instance(receiver.cls, (), receiver.variables, is_open=receiver.is_open)
    return join(
        (own,)
        if isinstance(value, Instance)
        and (
            value.cls in SELF
            or (value.is_open and value.cls == owner.name and _gives_its_own(function))
        )
        else (value,)
        for value in found
    )


def _gives_its_own(function: ProjectFunction) -> bool:
    """Say whether a method gives ``self`` or ``cls()``, whatever its annotation calls that."""
    if function.facts.returns is None:
        return True
    body, own = function.body, ("p", self_name(function))
    return bool(body.returns) and all(
        term == own or (term is not None and term[0] == "k" and body.calls[term[1]].func == own)
        for term in body.returns
    )


def provided(evaluator: Evaluator, value: Value) -> Values:
    """Give what a framework gets by running a dependency to its end."""
    if isinstance(value, ClassObject):
        return (Instance(value.cls, (), value.variables),)
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
