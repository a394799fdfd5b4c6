"""Attributes that an object has by ``__getattr__``: what it hands on from another object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from refactor_agent.locate.resolve import attributes
from refactor_agent.locate.resolve.classes import find_methods, linearise
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction
from refactor_agent.locate.resolve.values import External, FunctionValue, Instance, Values, join
from refactor_agent.locate.summary import CallFacts
from refactor_agent.locate.terms import Term, leaves

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator
    from refactor_agent.locate.resolve.values import Value

__all__ = ["delegated", "run_by_access"]


def delegated(
    evaluator: Evaluator, receiver: Value, order: Sequence[ProjectClass | str], name: str
) -> Values:
    """Give what ``__getattr__`` of one of the classes in ``order`` gives for ``name``."""
    if not isinstance(receiver, Instance) or not evaluator.index.classes_with("__getattr__"):
        return ()
    for base in order if not name.startswith("__") else ():
        methods = base.methods("__getattr__") if isinstance(base, ProjectClass) else ()
        if methods:
            return join(_given(evaluator, method, name) for method in methods)
    return ()


def run_by_access(evaluator: Evaluator, value: Value, name: str) -> list[ProjectFunction]:
    """Give the ``__getattr__`` that runs when an object is asked for an attribute it lacks."""
    cls = evaluator.index.classes.get(value.cls) if isinstance(value, Instance) else None
    if cls is None or name.startswith("__"):
        return []
    for base in linearise(evaluator, cls):
        if isinstance(base, str) or base.methods(name) or base.attributes(name):
            return []
    return find_methods(evaluator, cls, "__getattr__")


def _given(evaluator: Evaluator, method: ProjectFunction, name: str) -> Values:
    key = ("delegated", method.name, name)
    return evaluator.guarded(key, partial(_look_up, evaluator, method, name))


def _look_up(evaluator: Evaluator, method: ProjectFunction, name: str) -> Values:
    """Give what is returned: of ``getattr(self.inner, name)`` the attribute that is asked for."""
    body, asked = method.body, _asked(evaluator, method)
    plain: list[Values] = []
    handed: list[Values] = []
    for term in body.returns:
        for leaf in leaves(body.definitions, term):
            call = asked.get(leaf[1]) if leaf[0] == "k" else None
            if call is None:
                plain.append(evaluator.term(method, leaf))
            else:
                inner = evaluator.term(method, call.args[0])
                handed.append(join(attributes.attribute(evaluator, part, name) for part in inner))
    wrappers = [part for part in join(plain) if isinstance(part, FunctionValue)]
    if wrappers and not any(_calls_what_is_kept(evaluator, part, method) for part in wrappers):
        return join(plain)
    return join((*plain, *handed))


def _asked(evaluator: Evaluator, method: ProjectFunction) -> dict[int, CallFacts]:
    """Give the calls of ``getattr`` with the name that the method is given."""
    names = [item.name for item in method.facts.parameters][1:2]
    wanted: list[Term] = [("p", name) for name in names]
    return {
        number: call
        for number, call in enumerate(method.body.calls)
        if len(call.args) > 1
        and call.args[1] in wanted
        and any(_is_getattr(value) for value in evaluator.term(method, call.func))
    }


def _is_getattr(value: Value) -> bool:
    return isinstance(value, External) and value.name == "builtins.getattr"


def _calls_what_is_kept(
    evaluator: Evaluator, wrapper: FunctionValue, method: ProjectFunction
) -> bool:
    """Say whether a function that is given out calls, on its caller's thread, what it is for."""
    function = evaluator.index.functions[wrapper.name]
    if function.facts.is_async or function.around is not method:
        return False
    return any(func[:2] == ("x", method.number) for func in _called(function))


def _called(function: ProjectFunction) -> Iterator[tuple[object, ...]]:
    for call in function.body.calls:
        if call.func is not None:
            yield call.func
