"""What the calls of a function pass, also where functions between hand on what they were given."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from refactor_agent.locate.naming import bare_name
from refactor_agent.locate.resolve.classes import find_methods, linearise
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction
from refactor_agent.locate.resolve.values import ClassObject, FunctionValue, Value, Values, join
from refactor_agent.locate.summary import CallFacts
from refactor_agent.locate.terms import Term, leaves

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["passed_for"]

_MOST_CALLERS = 48
"""With more, the parameter takes anything, and asking them all would cost too much."""
_CONSTRUCTORS = frozenset({"__init__", "__new__"})


class _Slot(NamedTuple):
    """A place among what a function is given."""

    position: int | None
    """Among all positional ones, the method's own object included."""
    keyword: str | None
    constructor: str | None = None
    """Where a class method hands on what it is given: the constructor that it calls."""
    is_kept: bool = False
    """What is passed is kept for later: callables count that callers only hand through."""


def passed_for(
    evaluator: Evaluator, function: ProjectFunction, name: str, *, is_kept: bool = False
) -> Values:
    """Give the values that resolved calls in the project pass for the parameter ``name``.

    Where it ``is_kept``, callables are followed through the functions that only hand them on.
    """
    names = _positional(function)
    position = names.index(name) if name in names else None
    return _passed(evaluator, function, _Slot(position, name, is_kept=is_kept))


def _passed(evaluator: Evaluator, function: ProjectFunction, slot: _Slot) -> Values:
    work = partial(_by_callers, evaluator, function, slot)
    return evaluator.guarded(("passed", function.name, slot), work)


def _by_callers(evaluator: Evaluator, function: ProjectFunction, slot: _Slot) -> Values:
    callers, names = _callers(evaluator, function)
    if len(callers) > _MOST_CALLERS:
        return ()
    return join(
        values
        for caller in callers
        for call in caller.body.calls
        if not names.isdisjoint(_called(caller, call.func))
        for values in _by_call(evaluator, caller, call, function, slot)
    )


def _callers(
    evaluator: Evaluator, function: ProjectFunction
) -> tuple[list[ProjectFunction], set[str]]:
    """Give the functions that may call ``function``, and by what names."""
    bare, owner, index = function.facts.bare, function.owner, evaluator.index
    if bare not in _CONSTRUCTORS or owner is None:
        return index.callers(bare), {bare}
    below = index.subclasses(owner)
    made = [owner, *(cls for cls in below if function in find_methods(evaluator, cls, bare))]
    names = {bare_name(cls.name) for cls in made}
    found = [caller for name in sorted(names) for caller in index.callers(name)]
    found.extend(method for cls in below for method in cls.methods(bare))  # by way of `super`
    found.extend(_class_methods(evaluator, owner))
    return list(dict.fromkeys(found)), {*names, bare, "cls"}


def _class_methods(evaluator: Evaluator, owner: ProjectClass) -> Iterator[ProjectFunction]:
    """Give the methods of a class, its bases and those below that make an object of ``cls``."""
    above = {cls.name for cls in linearise(evaluator, owner) if not isinstance(cls, str)}
    related = above.union(cls.name for cls in evaluator.index.subclasses(owner))
    for caller in evaluator.index.callers("cls"):
        if caller.owner is not None and caller.owner.name in related:
            yield caller


def _by_call(
    evaluator: Evaluator,
    caller: ProjectFunction,
    call: CallFacts,
    function: ProjectFunction,
    slot: _Slot,
) -> Iterator[Values]:
    star = _star(caller, call)
    for value in evaluator.term(caller, call.func):
        bound = _is_bound(evaluator, value, function, slot)
        if bound is None:
            continue
        made = slot.constructor or (function.name if _is_own_class(caller, call) else None)
        for keyword, term in call.keywords:
            if keyword == slot.keyword:
                yield evaluator.term(caller, _handed(caller, term, slot))
            elif keyword == "**" and slot.keyword and _takes(caller, term, slot.keyword):
                handed = _Slot(None, slot.keyword, made, slot.is_kept)
                yield _passed(evaluator, caller, handed)
        position = -1 if slot.position is None else slot.position - bound
        if 0 <= position < (len(call.args) if star is None else star):
            yield evaluator.term(caller, _handed(caller, call.args[position], slot))
        elif star is not None and position >= star:
            own = len(_positional(caller)) + position - star
            yield _passed(evaluator, caller, _Slot(own, None, made, slot.is_kept))


def _handed(caller: ProjectFunction, term: Term, slot: _Slot) -> Term:
    """Give what a call passes; a parameter of the caller as one that is kept, if it is."""
    if slot.is_kept and term is not None and term[0] == "p":
        return ("h", caller.number, term[1])
    return term


def _is_bound(
    evaluator: Evaluator, value: Value, function: ProjectFunction, slot: _Slot
) -> bool | None:
    """Say whether ``value`` is ``function`` bound to an object; ``None`` if it is another."""
    if isinstance(value, FunctionValue) and value.name == function.name:
        if slot.constructor and not _makes(evaluator, value.receiver, slot.constructor):
            return None
        is_method = function.facts.owner >= 0 and not function.has_decorator("staticmethod")
        unbound = isinstance(value.receiver, ClassObject) and not function.has_decorator(
            "classmethod"
        )
        return is_method and value.receiver is not None and not unbound
    if isinstance(value, ClassObject):
        cls = evaluator.index.classes[value.cls]
        if function in find_methods(evaluator, cls, function.facts.bare):
            return True
        if value.is_open and function.owner in evaluator.index.subclasses(cls):
            return True
    return None


def _makes(evaluator: Evaluator, receiver: Value | None, constructor: str) -> bool:
    """Say whether a class, seen as ``cls``, makes its objects with ``constructor``."""
    if not isinstance(receiver, ClassObject):
        return False
    cls = evaluator.index.classes[receiver.cls]
    bare = constructor.rpartition(".")[2]
    return any(method.name == constructor for method in find_methods(evaluator, cls, bare))


def _is_own_class(caller: ProjectFunction, call: CallFacts) -> bool:
    return call.func == ("p", "cls") and caller.has_decorator("classmethod")


def _star(caller: ProjectFunction, call: CallFacts) -> int | None:
    """Give the position from which on a call hands on what ``caller`` takes as ``*args``."""
    if not call.starred:
        return None
    name = next((item.name for item in caller.facts.parameters if item.kind == "varargs"), None)
    terms = [term for term in call.args if name is not None and term == ("p", name)]
    return call.args.index(terms[0]) if terms else None


def _takes(caller: ProjectFunction, term: Term, keyword: str) -> bool:
    """Say whether ``term`` is what ``caller`` takes as ``**kwargs``, with ``keyword`` in it."""
    parameters = caller.facts.parameters
    name = next((item.name for item in parameters if item.kind == "kwargs"), None)
    is_own = any(item.name == keyword for item in parameters)
    return name is not None and term == ("p", name) and not is_own


def _positional(function: ProjectFunction) -> list[str]:
    return [item.name for item in function.facts.parameters if item.kind == "positional"]


def _called(caller: ProjectFunction, func: Term) -> Iterator[str | None]:
    """Give the last names of what a callee is, or may be where a variable holds it."""
    yield _last_name(caller, func)
    if func is not None and func[0] in "lu":
        for leaf in leaves(caller.body.definitions, func):
            yield _last_name(caller, leaf)


def _last_name(caller: ProjectFunction, func: Term) -> str | None:
    if func is None:
        return None
    if func[0] in "agixp":
        last = func[-1]
        return last if isinstance(last, str) else None
    if func[0] == "f":
        return caller.module.functions[func[1]].facts.bare
    if func[0] == "c":
        return bare_name(caller.module.classes[func[1]].name)
    return None
