"""Annotations, read as the values they declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.libraries import CONTAINERS, GENERIC_WRAPPERS
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    Instance,
    TupleValue,
    Value,
    Values,
    awaitable,
    join,
)
from refactor_agent.locate.terms import Term

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["declared"]

_NOTHING = frozenset(
    {"typing.Any", "typing_extensions.Any", "builtins.object", "builtins.None", "typing.NoReturn"}
)


def declared(evaluator: Evaluator, function: ProjectFunction, term: Term) -> Values:
    """Give what a variable annotated with ``term`` in ``function`` holds."""
    if term is None or term[0] == "#":
        return () if term is None else declared(evaluator, function, _dotted(term[1]))
    if term[0] == "o":
        parts = (declared(evaluator, function, term[2]), declared(evaluator, function, term[3]))
        return join(parts)
    if term[0] == "s":
        return _subscripted(evaluator, function, term)
    if term[0] == "u":
        return join(declared(evaluator, function, part) for part in term[1])
    aliased = _alias(evaluator, function, term)
    if aliased is not None:
        return aliased
    return join(_instance(value) for value in evaluator.term(function, term))


def _dotted(text: object) -> Term:
    """Give the term of a name in a string: ``cast("pkg.Client", x)``."""
    if not isinstance(text, str) or not all(part.isidentifier() for part in text.split(".")):
        return None
    first, *rest = text.split(".")
    term: Term = ("g", first)
    for part in rest:
        term = ("a", term, part)
    return term


def _instance(value: Value) -> Values:
    if isinstance(value, ClassObject):
        return (Instance(value.cls),)
    if isinstance(value, External) and value.name not in _NOTHING:
        return (Instance(CONTAINERS.get(value.name, value.name)),)
    return ()


def _alias(evaluator: Evaluator, function: ProjectFunction, term: Term) -> Values | None:
    """Read a name that stands for a whole annotation: ``PathLike = str | Path``."""
    if term is None or term[0] not in "gil":
        return None
    found = evaluator.alias(function, term)
    if found is None:
        return None
    home, inner = found
    return evaluator.guarded(("alias", home.name, inner), lambda: declared(evaluator, home, inner))


def _subscripted(evaluator: Evaluator, function: ProjectFunction, term: Term) -> Values:
    if term is None:
        raise AssertionError("unreachable: a subscript is a term")
    argument: Term = term[2]
    parts = list(argument[1]) if argument is not None and argument[0] == "t" else [argument]
    groups: list[Values] = []
    for base in evaluator.term(function, term[1]):
        if isinstance(base, ClassObject):
            groups.append((Instance(base.cls),))
        elif isinstance(base, External):
            groups.append(_generic(evaluator, function, base.name, parts))
    return join(groups)


def _generic(  # noqa: PLR0911 - one for each kind of generic
    evaluator: Evaluator, function: ProjectFunction, name: str, parts: list[Term]
) -> Values:
    name = CONTAINERS.get(name, name)
    last = name.rpartition(".")[2]
    if name in GENERIC_WRAPPERS:
        return declared(evaluator, function, parts[0])
    if name in {"typing.Optional", "typing.Union"}:
        return join(declared(evaluator, function, part) for part in parts)
    if name == "typing.Callable":
        return (Instance(name, (declared(evaluator, function, parts[-1]),)),)
    if name == "typing.Awaitable":
        return awaitable(declared(evaluator, function, parts[-1]))
    if name == "builtins.type":
        classes = join(evaluator.term(function, part) for part in parts)
        return tuple(value for value in classes if isinstance(value, ClassObject | External))
    arguments = tuple(declared(evaluator, function, part) for part in parts)
    if name == "builtins.tuple" and len(parts) > 1 and parts[-1] is not None:
        return (TupleValue(arguments),)
    if last == "Literal":
        return ()
    return (Instance(name, arguments),)
