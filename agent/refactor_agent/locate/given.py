"""What a call passes for the parameters on whose value it depends what its callee runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from refactor_agent.locate.naming import bare_name
from refactor_agent.locate.passed_types import PassedTypes
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.signatures import keeps_arguments
from refactor_agent.locate.resolve.values import ClassObject, FunctionValue, Value
from refactor_agent.locate.summarise.parameter_tests import is_plain
from refactor_agent.locate.summary import CallFacts
from refactor_agent.locate.terms import Term, defined

__all__ = ["OBJECT", "OWN_PARAMETER", "Given", "given_by"]

OWN_PARAMETER = "p"
"""What stands before the name of a parameter that the caller passes on."""
OBJECT = "..."
"""An object of which is only known that it is not ``None``."""

Given: TypeAlias = tuple[tuple[str, str], ...]
"""Parameter and what is passed for it: a constant as source with ``=`` before it, as a set of names
where only the class is known, or the caller's own parameter with ``p`` before its name. What is not
known is left out."""

_OBJECTS = "bdqt"
"""Terms of objects that are not ``None``."""


def given_by(
    types: PassedTypes,
    caller: ProjectFunction,
    call: CallFacts,
    value: Value,
    target: ProjectFunction,
) -> Given:
    """Say what ``call`` of ``value`` passes for the flags of ``target``, which that runs."""
    facts = target.facts
    if not facts.flags or not _takes_as_passed(target, value):
        return ()
    if _has_its_names_bound_elsewhere(caller):
        return ()
    return tuple(_passed(types, caller, call, target, bound=_is_bound(target, value)))


def _has_its_names_bound_elsewhere(caller: ProjectFunction) -> bool:
    """Say whether a nested function binds a name of ``caller`` anew, who knows when."""
    every = (term for terms in caller.body.names.values() for term in terms)
    return any(term is not None and term[0] == "v" for term in every)


def _takes_as_passed(target: ProjectFunction, value: Value) -> bool:
    """Say whether the arguments of a call of ``value`` reach ``target`` as they are."""
    if isinstance(value, ClassObject):
        if target.facts.bare not in {"__init__", "__new__"}:
            return False
    elif not isinstance(value, FunctionValue) or bare_name(value.name) != target.facts.bare:
        return False  # a wrapper around it, or what it registers
    return keeps_arguments(target)


def _is_bound(target: ProjectFunction, value: Value) -> bool:
    """Say whether the first parameter of ``target`` is none of the call's arguments."""
    if isinstance(value, ClassObject):
        return True
    if target.facts.owner < 0 or target.has_decorator("staticmethod"):
        return False
    receiver = value.receiver if isinstance(value, FunctionValue) else None
    return receiver is not None and (
        not isinstance(receiver, ClassObject) or target.has_decorator("classmethod")
    )


def _passed(
    types: PassedTypes,
    caller: ProjectFunction,
    call: CallFacts,
    target: ProjectFunction,
    *,
    bound: bool,
) -> Iterator[tuple[str, str]]:
    """Say it for each flag; beside ``*args`` or ``**options``, of those alone that are named."""
    parameters = target.facts.parameters
    names = [item.name for item in parameters if item.kind == "positional"]
    in_order = () if call.starred else zip(names[bound:], call.args, strict=False)
    given = {**dict(in_order), **dict(call.keywords)}
    for item in parameters:
        if item.name not in target.facts.flags or item.kind not in {"positional", "keyword"}:
            continue
        is_given = item.name in given
        if call.starred and not is_given:
            continue
        said = _said(caller, given[item.name]) if is_given else _constant(item.default)
        if said is None and is_given and item.name in target.facts.typed:
            classes = types.of(caller, given[item.name])
            said = None if classes is None else f"={classes}"
        if said is not None:
            yield item.name, said


def _said(caller: ProjectFunction, term: Term) -> str | None:
    """Say what a term in the body of ``caller`` is: a constant, or a parameter passed on."""
    term = defined(caller.body.definitions, term)
    if term is not None and term[0] == "p":
        return OWN_PARAMETER + term[1] if term[1] in caller.facts.flags else None
    return _constant(term)


def _constant(term: Term) -> str | None:
    if term is None:
        return None
    if term[0] == "#":
        return f"={term[1]!r}" if is_plain(term[1]) else None
    return f"={OBJECT}" if term[0] in _OBJECTS else None
