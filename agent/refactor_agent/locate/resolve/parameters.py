"""What a parameter holds, seen from inside its function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refactor_agent.locate.resolve.aliases import alias
from refactor_agent.locate.resolve.annotations import declared
from refactor_agent.locate.resolve.arguments import arguments_for
from refactor_agent.locate.resolve.index import ProjectFunction, self_name
from refactor_agent.locate.resolve.results import provided
from refactor_agent.locate.resolve.vague import is_vague
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    Instance,
    Value,
    Values,
    join,
)
from refactor_agent.locate.summary import CallFacts, Parameter
from refactor_agent.locate.terms import Term

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["parameter"]

_INJECTORS = frozenset({"fastapi.Depends", "fastapi.Security", "fastapi.params.Depends"})
_CLASS_METHODS = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})


def parameter(evaluator: Evaluator, function: ProjectFunction, name: str) -> Values:
    """Give the values of the parameter ``name``."""
    if name == self_name(function):
        return _own(function)
    found = next((item for item in function.facts.parameters if item.name == name), None)
    if found is None:
        return ()
    stated = declared(evaluator, function.around, found.annotation)
    if found.kind == "varargs":
        return (Instance("builtins.tuple", (stated,)),)
    if found.kind == "kwargs":
        return (Instance("builtins.dict", ((Instance("builtins.str"),), stated)),)
    if stated and not all(map(is_vague, stated)):
        return stated
    return _injected(evaluator, function.around, found) or join(
        (
            _default(evaluator, function.around, found.default),
            arguments_for(evaluator, function, name),
            stated,
        )
    )


def _own(function: ProjectFunction) -> Values:
    owner = function.owner
    if owner is None:
        raise AssertionError("unreachable: only methods have a self")
    if function.has_decorator("classmethod") or function.facts.bare in _CLASS_METHODS:
        return (ClassObject(owner.name, is_open=True),)
    return (Instance(owner.name, is_open=True),)


def _injected(evaluator: Evaluator, around: ProjectFunction, item: Parameter) -> Values:
    """Give what a framework passes: the result of the dependency, by default or ``Annotated``."""
    given = [(around, item.default), *_annotated(evaluator, around, item.annotation)]
    return join(_dependency(evaluator, home, term) for home, term in given)


def _annotated(
    evaluator: Evaluator, around: ProjectFunction, term: Term
) -> list[tuple[ProjectFunction, Term]]:
    """Give what stands beside the type in ``Annotated[…]``, and the code it stands in."""
    home = around
    if term is not None and term[0] in "gil":
        home, term = alias(evaluator, around, term) or (around, None)
    if term is None or term[0] != "s" or term[2] is None or term[2][0] != "t":
        return []
    return [(home, part) for part in term[2][1][1:]]


def _dependency(evaluator: Evaluator, around: ProjectFunction, term: Term) -> Values:
    call = _call_of(around, term)
    if call is None or not call.args:
        return ()
    callees = evaluator.term(around, call.func)
    if not any(isinstance(value, External) and value.name in _INJECTORS for value in callees):
        return ()
    return join(provided(evaluator, value) for value in evaluator.term(around, call.args[0]))


def _call_of(around: ProjectFunction, term: Term) -> CallFacts | None:
    return around.body.calls[term[1]] if term is not None and term[0] == "k" else None


def _default(evaluator: Evaluator, around: ProjectFunction, term: Term) -> Values:
    return tuple(value for value in evaluator.term(around, term) if not _is_plain(value))


def _is_plain(value: Value) -> bool:
    """Say whether a default says nothing of what else may be passed."""
    return isinstance(value, Instance) and value.cls.startswith("builtins.")
