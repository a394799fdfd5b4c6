"""Classes: linearisation, members, and who overrides whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING

from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction
from refactor_agent.locate.resolve.memo import Memo
from refactor_agent.locate.resolve.values import ClassObject, External

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["bases_of", "find_methods", "is_protocol", "linearise", "link_subclasses", "metaclasses"]

_PROTOCOLS = frozenset({"typing.Protocol", "typing_extensions.Protocol"})
_LONGEST_ORDER = 256
"""Classes that a member is looked up in; in generated ones below one another there is no end."""
_NOT_BASES = _PROTOCOLS | {"abc.ABC", "builtins.object", "typing.Generic"}


def linearise(evaluator: Evaluator, cls: ProjectClass) -> tuple[ProjectClass | str, ...]:
    """Give the classes in which a member is looked up, nearest first.

    Depth first, each class at its last place: what C3 gives wherever the order matters to
    projects that run. Those behind the nearest few hundred are left out.
    """
    if not cls.bases:
        return (cls,)
    return evaluator.memo.get(("order", cls.name), lambda: _order(evaluator, cls), (cls,))


def _order(evaluator: Evaluator, cls: ProjectClass) -> tuple[ProjectClass | str, ...]:
    order: dict[ProjectClass | str, None] = {cls: None}
    for base in _bases(evaluator, cls):
        tail = linearise(evaluator, base) if isinstance(base, ProjectClass) else (base,)
        for item in tail:
            if item is not cls:
                order.pop(item, None)
                order[item] = None
    return tuple(islice(order, _LONGEST_ORDER))


def _bases(evaluator: Evaluator, cls: ProjectClass) -> list[ProjectClass | str]:
    found: list[ProjectClass | str] = []
    for term in cls.bases:
        for value in evaluator.term(cls.around, term):
            if isinstance(value, ClassObject):
                found.append(evaluator.index.classes[value.cls])
            elif isinstance(value, External) and value.name not in _NOT_BASES:
                found.append(value.name)
    return found


def find_methods(evaluator: Evaluator, cls: ProjectClass, name: str) -> list[ProjectFunction]:
    """Give a method's definitions: several where a condition chooses between them."""
    for base in linearise(evaluator, cls):
        if isinstance(base, ProjectClass):
            methods = base.methods(name)
            if methods:
                return methods
    return []


def metaclasses(evaluator: Evaluator, cls: ProjectClass) -> list[ProjectClass]:
    """Give the metaclasses of the project that a class or one of its bases names."""
    return [
        evaluator.index.classes[value.cls]
        for base in linearise(evaluator, cls)
        if isinstance(base, ProjectClass) and base.metaclass is not None
        for value in evaluator.term(base.around, base.metaclass)
        if isinstance(value, ClassObject)
    ]


def link_subclasses(
    evaluator: Evaluator, bases: Callable[[Evaluator, str], Iterable[str]] | None = None
) -> None:
    """Tell the index of every class's subclasses, near and far.

    ``bases`` may know the answers of `bases_of` without working them out.
    """
    found: dict[str, list[str]] = defaultdict(list)
    give = bases or bases_of
    for name in evaluator.index.classes.known:
        for base in give(evaluator, name):
            found[base].append(name)
    evaluator.index.link(found)
    evaluator.memo = Memo(evaluator.index.reads)  # what asked for subclasses knew of none


def bases_of(evaluator: Evaluator, name: str) -> tuple[str, ...]:
    """Give the classes of the project above a class."""
    above = linearise(evaluator, evaluator.index.classes[name])[1:]
    return tuple(base.name for base in above if isinstance(base, ProjectClass))


def is_protocol(evaluator: Evaluator, cls: ProjectClass) -> bool:
    """Say whether ``cls`` itself is a `typing.Protocol`."""
    return any(
        isinstance(value, External) and value.name in _PROTOCOLS
        for term in cls.bases
        for value in evaluator.term(cls.around, term)
    )
