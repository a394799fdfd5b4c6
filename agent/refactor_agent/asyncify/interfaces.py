"""Interfaces whose methods wait, for the most part: the others may wait where they are implemented.

An abstract method says what implementations do that nobody has seen: a store whose ``get`` and
``set`` wait has an ``exists`` that waits in some other store, though it doesn't in this one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import libcst as cst
import libcst.matchers as m

from refactor_agent.asyncify.site import Unit

__all__ = ["fails", "the_rest"]

_BOUND_TO_CLASSES = ("classmethod", "staticmethod", "abstractclassmethod", "abstractstaticmethod")
_VALUES = ("property", "cached_property", "abstractproperty")


def the_rest(units: Iterable[Unit], coloured: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Give, for each class at least half of whose abstract methods are async, the others."""
    known = frozenset(coloured)
    classes: dict[str, list[str]] = defaultdict(list)
    for unit in units:
        owner = unit.function.owner
        if owner is not None and _is_left_open(unit):
            classes[owner.name].append(unit.function.name)
    for names in classes.values():
        others = tuple(name for name in names if name not in known)
        if others and 2 * len(others) <= len(names):
            yield others


def fails(node: cst.FunctionDef) -> bool:
    """Say whether a function does nothing but say that it is not implemented."""
    raised = m.Name("NotImplementedError") | m.Call(func=m.Name("NotImplementedError"))
    return bool(m.findall(node, m.Raise(exc=raised)))


def _is_left_open(unit: Unit) -> bool:
    function = unit.function
    if function.facts.bare.startswith("__") or function.facts.is_generator:
        return False
    if function.has_decorator(*_BOUND_TO_CLASSES, *_VALUES):
        return False
    is_own = function.facts.bare.startswith("_")
    return function.has_decorator("abstractmethod") or (not is_own and fails(unit.node))
