"""Annotations, read as the values they declare."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from refactor_agent.locate.resolve.aliases import alias
from refactor_agent.locate.resolve.generics import bind_class, grounded
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.libraries import CONTAINERS, GENERIC_WRAPPERS
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    Instance,
    TupleValue,
    TypeVariable,
    Value,
    Values,
    awaitable,
    join,
)
from refactor_agent.locate.terms import Term

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["declared", "stated", "type_arguments"]

_NOTHING = frozenset(
    {
        "typing.Any",
        "typing_extensions.Any",
        "builtins.object",
        "builtins.None",
        "typing.NoReturn",
        "typing.IO",
        "typing.TextIO",
        "typing.BinaryIO",
    }
)


def declared(evaluator: Evaluator, function: ProjectFunction, term: Term) -> Values:
    """Give what a variable annotated with ``term`` in ``function`` holds."""
    return grounded(evaluator, stated(evaluator, function, term))


def stated(  # noqa: PLR0911 - one for each kind of term
    evaluator: Evaluator, function: ProjectFunction, term: Term
) -> Values:
    """Give what ``term`` declares, with the type variables in it."""
    if term is None:
        return ()
    if term[0] == "#":
        return stated(evaluator, function, _parsed(term[1]))
    if term[0] == "o":
        return join((stated(evaluator, function, term[2]), stated(evaluator, function, term[3])))
    if term[0] == "s":
        return _subscripted(evaluator, function, term)
    if term[0] == "u":
        return join(stated(evaluator, function, part) for part in term[1])
    aliased = _alias(evaluator, function, term)
    if aliased is not None:
        return aliased
    return join(_instance(value) for value in evaluator.term(function, term))


def type_arguments(
    evaluator: Evaluator, function: ProjectFunction, term: Term
) -> tuple[Values, ...]:
    """Give what each of the types between the brackets of a generic declares."""
    return tuple(stated(evaluator, function, part) for part in _parts(term))


def _parts(term: Term) -> list[Term]:
    return list(term[1]) if term is not None and term[0] == "t" else [term]


def _parsed(text: object) -> Term:
    """Give the term of an annotation in a string: ``cast("list[Client]", x)``."""
    if not isinstance(text, str):
        return None
    try:
        return _written(ast.parse(text.strip(), mode="eval").body)
    except SyntaxError:
        return None


def _written(node: ast.expr) -> Term:
    """Give the term of names, brackets and ``|`` as the module's code would mean them."""
    if isinstance(node, ast.Name):
        return ("g", node.id)
    if isinstance(node, ast.Attribute):
        return ("a", _written(node.value), node.attr)
    if isinstance(node, ast.Subscript):
        return ("s", _written(node.value), _written(node.slice))
    if isinstance(node, ast.Tuple | ast.List):
        return ("t", tuple(map(_written, node.elts)))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return ("o", "|", _written(node.left), _written(node.right))
    return None


def _instance(value: Value) -> Values:
    if isinstance(value, TypeVariable):
        return (value,)
    if isinstance(value, ClassObject):
        return (Instance(value.cls, (), value.variables, is_open=True),)
    if isinstance(value, External) and value.name not in _NOTHING:
        return (Instance(CONTAINERS.get(value.name, value.name)),)
    return ()


def _alias(evaluator: Evaluator, function: ProjectFunction, term: Term) -> Values | None:
    """Read a name that stands for a whole annotation: ``PathLike = str | Path``."""
    if term is None or term[0] not in "gil":
        return None
    found = alias(evaluator, function, term)
    if found is None:
        return None
    home, inner = found
    return evaluator.guarded(("alias", home.name, inner), lambda: stated(evaluator, home, inner))


def _subscripted(evaluator: Evaluator, function: ProjectFunction, term: Term) -> Values:
    if term is None:
        raise AssertionError("unreachable: a subscript is a term")
    parts = _parts(term[2])
    groups: list[Values] = []
    for base in evaluator.term(function, term[1]):
        if isinstance(base, ClassObject):
            cls = evaluator.index.classes[base.cls]
            given = (stated(evaluator, function, part) for part in parts)
            variables = bind_class(evaluator, cls, given)
            groups.append((Instance(base.cls, (), variables, is_open=True),))
        elif isinstance(base, External):
            groups.append(_generic(evaluator, function, base.name, parts))
    return join(groups)


def _generic(  # noqa: PLR0911 - one for each kind of generic
    evaluator: Evaluator, function: ProjectFunction, name: str, parts: list[Term]
) -> Values:
    name = CONTAINERS.get(name, name)
    last = name.rpartition(".")[2]
    if name in GENERIC_WRAPPERS:
        return stated(evaluator, function, parts[0])
    if name in {"typing.Optional", "typing.Union"}:
        return join(stated(evaluator, function, part) for part in parts)
    if name == "typing.Callable":
        return (Instance(name, (stated(evaluator, function, parts[-1]),)),)
    if name == "typing.Awaitable":
        return awaitable(stated(evaluator, function, parts[-1]))
    if name == "builtins.type":
        return join(_class(value) for value in stated(evaluator, function, parts[0]))
    arguments = tuple(stated(evaluator, function, part) for part in parts)
    if name == "builtins.tuple" and len(parts) > 1 and parts[-1] is not None:
        return (TupleValue(arguments),)
    if last == "Literal" or name in _NOTHING:
        return ()
    return (Instance(name, arguments),)


def _class(value: Value) -> Values:
    """Give what ``type[value]`` declares."""
    if isinstance(value, TypeVariable):
        return (Instance("builtins.type", ((value,),)),)
    if not isinstance(value, Instance):
        return ()
    is_project = value.is_open
    return (
        (ClassObject(value.cls, value.variables, is_open=True),)
        if is_project
        else (External(value.cls),)
    )
