"""The classes that a term is of for sure: what is made on the spot, or declared to be nothing else.

Elsewhere a value that may be one of several is taken for those that are known; here what is open
in any way is open.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from refactor_agent.locate.resolve.attributes import is_property
from refactor_agent.locate.resolve.classes import find_methods, linearise
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction, self_name
from refactor_agent.locate.resolve.values import ClassObject, External, FunctionValue
from refactor_agent.locate.terms import Term, defined

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["NONE", "Classes", "class_named", "exact_classes"]

NONE = "builtins.NoneType"
_EITHER = frozenset({"typing.Optional", "typing.Union"})
_DEEPEST = 6
"""Attributes and calls behind one another that are looked through."""

Classes = frozenset[str] | None
"""Names of classes, one of which an object is of, or of a subclass; ``None`` where that is open."""


def exact_classes(
    evaluator: Evaluator, caller: ProjectFunction, term: Term, depth: int = _DEEPEST
) -> Classes:
    """Give the classes of a term in the body of ``caller``."""
    term = defined(caller.body.definitions, term)
    if term is None or not depth:
        return None
    if term[0] == "u" and len(term[1]) > 1:
        return _joined(exact_classes(evaluator, caller, part, depth - 1) for part in term[1])
    if term[0] == "k":
        return _of_call(evaluator, caller, caller.body.calls[term[1]].func, depth)
    if term[0] == "a":
        return _of_attribute(evaluator, caller, term, depth, is_called=False)
    return _said(evaluator, caller, term)


def class_named(evaluator: Evaluator, function: ProjectFunction, term: Term) -> str | None:
    """Give the one class that a term names."""
    values = evaluator.term(function, term)
    if len(values) != 1:
        return None
    (value,) = values
    if isinstance(value, ClassObject):
        return value.cls
    return value.name if isinstance(value, External) else None


def _said(evaluator: Evaluator, caller: ProjectFunction, term: tuple[Any, ...]) -> Classes:
    """Give the classes of what stands there, or is declared with its name."""
    if term[0] == "#":
        return frozenset({f"builtins.{type(term[1]).__name__}"})
    if term[0] == "A":
        return _declared(evaluator, caller, term[1])
    return _of_parameter(evaluator, caller, term[1]) if term[0] == "p" else None


def _of_parameter(evaluator: Evaluator, function: ProjectFunction, name: str) -> Classes:
    owner = function.owner
    if owner is not None and name == self_name(function):
        return None if function.has_decorator("classmethod") else frozenset({owner.name})
    for item in function.facts.parameters:
        if item.name == name and item.kind in {"positional", "keyword"}:
            return _declared(evaluator, function.around, item.annotation)
    return None


def _of_call(evaluator: Evaluator, caller: ProjectFunction, func: Term, depth: int) -> Classes:
    if func is not None and func[0] == "a":
        found = _of_attribute(evaluator, caller, func, depth, is_called=True)
        if found:
            return found
    values = evaluator.term(caller, func)
    if len(values) != 1:
        return None
    (value,) = values
    if isinstance(value, ClassObject):
        is_other = find_methods(evaluator, evaluator.index.classes[value.cls], "__new__")
        return None if is_other or value.is_open else frozenset({value.cls})
    if isinstance(value, FunctionValue) and value.receiver is None:
        return _result(evaluator, evaluator.index.functions[value.name])
    return None


def _of_attribute(
    evaluator: Evaluator,
    caller: ProjectFunction,
    term: tuple[Any, ...],
    depth: int,
    *,
    is_called: bool,
) -> Classes:
    _, base, name = term
    classes = exact_classes(evaluator, caller, base, depth - 1)
    classes = classes - {NONE} if classes else None  # which has no attributes
    if not classes:
        return None
    known = (evaluator.index.classes.get(cls) for cls in classes)
    return _joined(_member(evaluator, cls, name, is_called=is_called) for cls in known)


def _member(
    evaluator: Evaluator, cls: ProjectClass | None, name: str, *, is_called: bool
) -> Classes:
    """Give what a member of a class is declared to be, or to give when it is called."""
    for base in linearise(evaluator, cls) if cls is not None else ():
        if isinstance(base, str):
            return None
        methods, items = base.methods(name), base.attributes(name)
        if methods:
            is_read = all(is_property(method) is not is_called for method in methods)
            found = (_result(evaluator, method) for method in methods)
            return _joined(found) if is_read else None
        if items:
            home = base.module.functions
            stated = [item for item in items if item.annotation is not None]
            return _joined(
                _declared(evaluator, home[item.function], item.annotation) for item in stated
            )
    return None


def _result(evaluator: Evaluator, function: ProjectFunction) -> Classes:
    facts = function.facts
    if facts.is_async or facts.is_generator or facts.decorators[1:]:
        return None
    return _declared(evaluator, function.around, facts.returns)


def _declared(evaluator: Evaluator, function: ProjectFunction, term: Term) -> Classes:
    """Read an annotation, where each of its parts names a class of the project.

    Who writes ``image: bytes`` and then asks whether it is a string does not mean it.
    """
    if term is None:
        return None
    if term[0] == "#":
        return frozenset({NONE}) if term[1] is None else None
    if term[0] in "ou":
        parts = term[2:4] if term[0] == "o" else term[1]
        return _joined(_declared(evaluator, function, part) for part in parts)
    if term[0] == "s":
        return _subscripted(evaluator, function, term)
    name = class_named(evaluator, function, term)
    return frozenset({name}) if name is not None and name in evaluator.index.classes else None


def _subscripted(evaluator: Evaluator, function: ProjectFunction, term: tuple[Any, ...]) -> Classes:
    _, base, key = term
    name = class_named(evaluator, function, base)
    if name not in _EITHER:
        return None
    parts = key[1] if key is not None and key[0] == "t" else (key,)
    found = _joined(_declared(evaluator, function, part) for part in parts)
    return found | {NONE} if found is not None and name == "typing.Optional" else found


def _joined(groups: Iterable[Classes]) -> Classes:
    found: frozenset[str] = frozenset()
    for group in groups:
        if group is None:
            return None
        found |= group
    return found or None
