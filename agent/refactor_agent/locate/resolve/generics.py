"""Type variables: what they stand for in a class, and in one call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from refactor_agent.locate.resolve.classes import linearise
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction
from refactor_agent.locate.resolve.values import (
    Bindings,
    ClassObject,
    External,
    ExternalMethod,
    FunctionValue,
    Instance,
    Partial,
    TupleValue,
    TypeVariable,
    Value,
    Values,
    join,
)
from refactor_agent.locate.summary import CallFacts
from refactor_agent.locate.terms import Term

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = [
    "SELF",
    "CallAt",
    "bind_call",
    "bind_class",
    "bindings_in",
    "classes_of",
    "grounded",
    "is_generic",
    "mentions_variables",
    "substituted",
    "with_self",
]

SELF = frozenset({"typing.Self", "typing_extensions.Self"})
_CLASS_OF = "builtins.type"
_DEPTH = 8
"""Types in types after which nothing is looked for; no program nests them so deep."""


def grounded(evaluator: Evaluator, values: Values) -> Values:
    """Give ``values`` with the bound of every type variable in its place."""
    return substituted(evaluator, values, {})


def substituted(evaluator: Evaluator, values: Values, bindings: Mapping[str, Values]) -> Values:
    """Give ``values`` with what each type variable stands for, or its bound, in its place."""
    if not mentions_variables(values):
        return values
    return join(_substitute(evaluator, value, bindings) for value in values)


def mentions_variables(values: Values, depth: int = _DEPTH) -> bool:
    """Say whether a type variable is among ``values``, or in what they hold."""
    for value in values:
        if isinstance(value, TypeVariable):
            return True
        if isinstance(value, Instance) and depth:
            inner = (*value.arguments, *(given for _, given in value.variables))
            if any(mentions_variables(part, depth - 1) for part in inner):
                return True
        elif (
            isinstance(value, TupleValue)
            and depth
            and any(mentions_variables(part, depth - 1) for part in value.items)
        ):
            return True
    return False


def with_self(values: Values, own: Instance, depth: int = _DEPTH) -> Values:
    """Give ``values`` with ``own`` in the place of ``Self``, also in what they hold."""
    if not depth or not any(isinstance(value, Instance | TupleValue) for value in values):
        return values
    return tuple(_with_self(value, own, depth - 1) for value in values)


def _with_self(value: Value, own: Instance, depth: int) -> Value:
    if isinstance(value, TupleValue):
        return TupleValue(tuple(with_self(part, own, depth) for part in value.items))
    if not isinstance(value, Instance):
        return value
    if value.cls in SELF:
        return own
    if not value.arguments:
        return value
    return value._replace(arguments=tuple(with_self(part, own, depth) for part in value.arguments))


def _substitute(evaluator: Evaluator, value: Value, bindings: Mapping[str, Values]) -> Values:
    if isinstance(value, TypeVariable):
        return bindings.get(value.name) or value.bound
    if isinstance(value, TupleValue):
        return (TupleValue(tuple(substituted(evaluator, part, bindings) for part in value.items)),)
    if not isinstance(value, Instance):
        return (value,)
    arguments = tuple(substituted(evaluator, part, bindings) for part in value.arguments)
    if value.cls == _CLASS_OF:
        return classes_of(evaluator, arguments[0]) if arguments else ()
    variables = tuple(
        (name, substituted(evaluator, given, bindings)) for name, given in value.variables
    )
    return (value._replace(arguments=arguments, variables=variables),)


def classes_of(evaluator: Evaluator, values: Values) -> Values:
    """Give the classes of objects, as far as they are objects of one."""
    classes = evaluator.index.classes
    return tuple(
        ClassObject(value.cls, value.variables, is_open=value.is_open)
        if value.cls in classes
        else External(value.cls)
        for value in values
        if isinstance(value, Instance)
    )


def bind_class(evaluator: Evaluator, cls: ProjectClass, given: Iterable[Values]) -> Bindings:
    """Give what the type variables of ``cls`` stand for in ``Class[given]``."""
    return tuple(zip(_parameters(evaluator, cls), given, strict=False))


def is_generic(evaluator: Evaluator, cls: ProjectClass) -> bool:
    """Say whether objects of ``cls`` are of something."""
    return bool(_parameters(evaluator, cls))


def _parameters(evaluator: Evaluator, cls: ProjectClass) -> tuple[str, ...]:
    """Give the type variables of a class: those of ``Generic``, else all in order."""
    return evaluator.memo.get(
        ("type variables", cls.name), lambda: _find_parameters(evaluator, cls), ()
    )


def _find_parameters(evaluator: Evaluator, cls: ProjectClass) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for _, parts in _subscripted_bases(evaluator, cls):
        names.update(dict.fromkeys(_variables_in(parts)))
    return tuple(names)


def _variables_in(groups: Iterable[Values]) -> Iterator[str]:
    for values in groups:
        for value in values:
            if isinstance(value, TypeVariable):
                yield value.name
            elif isinstance(value, Instance):
                yield from _variables_in((*value.arguments, *(part for _, part in value.variables)))


def _subscripted_bases(
    evaluator: Evaluator, cls: ProjectClass
) -> Iterator[tuple[Values, tuple[Values, ...]]]:
    """Give each base that is written with type arguments, and those."""
    for term in cls.bases:
        if term is not None and term[0] == "s":
            values = evaluator.term(cls.around, term[1])
            yield values, evaluator.type_arguments(cls.around, term[2])


def bindings_in(
    evaluator: Evaluator, value: Instance | ClassObject, home: ProjectClass
) -> Mapping[str, Values]:
    """Give what type variables stand for in the body of ``home``, a class of ``value``."""
    cls = evaluator.index.classes[value.cls]
    if home is cls:
        return dict(value.variables)
    return _inherited(evaluator, cls, dict(value.variables), home) or {}


def _inherited(
    evaluator: Evaluator, cls: ProjectClass, own: Mapping[str, Values], home: ProjectClass
) -> Mapping[str, Values] | None:
    for values, parts in _subscripted_bases(evaluator, cls):
        for value in values:
            base = evaluator.index.classes.get(getattr(value, "cls", ""))
            if base is None or base is cls:
                continue
            given = (substituted(evaluator, part, own) for part in parts)
            inner = dict(bind_class(evaluator, base, given))
            found = inner if base is home else _inherited(evaluator, base, inner, home)
            if found is not None:
                return found
    for parent in linearise(evaluator, cls)[1:]:
        if isinstance(parent, ProjectClass) and parent is not home:
            found = _inherited(evaluator, parent, {}, home)
            if found:
                return found
    return None


class CallAt(NamedTuple):
    """A call, and the function in whose body it stands."""

    caller: ProjectFunction
    call: CallFacts


def bind_call(
    evaluator: Evaluator, function: ProjectFunction, receiver: Value | None, at: CallAt
) -> Mapping[str, Values]:
    """Give what the arguments of a call say of the type variables of ``function``."""
    found: dict[str, Values] = {}
    for annotation, values in _given(evaluator, function, receiver, at):
        stated = evaluator.stated(function.around, annotation)
        if mentions_variables(stated):
            for name, held in _match(evaluator, stated, values):
                found[name] = join((found.get(name, ()), held))
    return found


def _given(
    evaluator: Evaluator, function: ProjectFunction, receiver: Value | None, at: CallAt
) -> Iterator[tuple[Term, Values]]:
    """Give the annotation of each parameter with what is passed for it."""
    caller, call = at
    positional = [item for item in function.facts.parameters if item.kind == "positional"]
    is_bound = function.facts.owner >= 0 and not function.has_decorator("staticmethod")
    if is_bound and positional:
        own = positional.pop(0)
        if receiver is not None and own.annotation is not None:
            yield own.annotation, (receiver,)
    for item, term in zip(positional, call.args, strict=False):
        yield item.annotation, evaluator.term(caller, term)
    given = dict(call.keywords)
    for item in function.facts.parameters:
        if item.name in given:
            yield item.annotation, evaluator.term(caller, given[item.name])


def _match(evaluator: Evaluator, stated: Values, values: Values) -> Iterator[tuple[str, Values]]:
    """Give what each type variable in ``stated`` must be for ``values`` to fit."""
    for value in stated:
        if isinstance(value, TypeVariable):
            yield value.name, values
        elif isinstance(value, Instance) and value.cls == _CLASS_OF:
            yield from _match(evaluator, value.arguments[0], _objects_of(values))
        elif isinstance(value, Instance) and value.cls == "typing.Callable":
            results = join(map(partial(_result, evaluator), values))
            yield from _match(evaluator, value.arguments[0], results)
        elif isinstance(value, Instance) and value.variables:
            yield from _match_variables(evaluator, value, values)
        elif isinstance(value, Instance) and value.arguments:
            for given in values:
                yield from _match_arguments(evaluator, value, given)


def _match_variables(
    evaluator: Evaluator, stated: Instance, values: Values
) -> Iterator[tuple[str, Values]]:
    for given in values:
        held = dict(given.variables) if isinstance(given, Instance) else {}
        for name, inner in stated.variables:
            yield from _match(evaluator, inner, held.get(name, ()))


def _match_arguments(
    evaluator: Evaluator, stated: Instance, given: Value
) -> Iterator[tuple[str, Values]]:
    same_shape = isinstance(given, Instance) and len(given.arguments) == len(stated.arguments)
    if isinstance(given, Instance) and same_shape:
        for inner, held in zip(stated.arguments, given.arguments, strict=True):
            yield from _match(evaluator, inner, held)
    elif len(stated.arguments) == 1:
        yield from _match(evaluator, stated.arguments[0], evaluator.elements(given))


def _objects_of(values: Values) -> Values:
    found: list[Value] = []
    for value in values:
        if isinstance(value, ClassObject):
            found.append(Instance(value.cls, (), value.variables, is_open=value.is_open))
        elif isinstance(value, External):
            found.append(Instance(value.name))
    return tuple(found)


def _result(evaluator: Evaluator, value: Value) -> Values:
    """Give what a callable gives, as far as its arguments do not matter."""
    if isinstance(value, FunctionValue | ClassObject | External | ExternalMethod | Partial):
        return evaluator.given(value)
    if isinstance(value, Instance) and value.cls == "typing.Callable":
        return value.arguments[0] if value.arguments else ()
    return ()
