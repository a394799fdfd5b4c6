"""Classes: linearisation, members, and who overrides whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction
from refactor_agent.locate.resolve.values import ClassObject, External

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["find_method", "find_methods", "linearise", "link_subclasses", "overriding"]

_NOT_BASES = frozenset(
    {"builtins.object", "typing.Generic", "typing.Protocol", "typing_extensions.Protocol"}
)


def linearise(evaluator: Evaluator, cls: ProjectClass) -> tuple[ProjectClass | str, ...]:
    """Give the classes in which a member is looked up, nearest first.

    Depth first, each class at its last place: what C3 gives wherever the order matters to
    projects that run.
    """
    if cls.mro is None:
        cls.mro = (cls,)
        order: dict[ProjectClass | str, None] = {cls: None}
        for base in _bases(evaluator, cls):
            tail = linearise(evaluator, base) if isinstance(base, ProjectClass) else (base,)
            for item in tail:
                if item is not cls:
                    order.pop(item, None)
                    order[item] = None
        cls.mro = tuple(order)
    return cls.mro


def _bases(evaluator: Evaluator, cls: ProjectClass) -> list[ProjectClass | str]:
    found: list[ProjectClass | str] = []
    for term in cls.facts.bases:
        for value in evaluator.term(cls.around, term):
            if isinstance(value, ClassObject):
                found.append(evaluator.index.classes[value.cls])
            elif isinstance(value, External) and value.name not in _NOT_BASES:
                found.append(value.name)
    return found


def find_method(
    evaluator: Evaluator, cls: ProjectClass, name: str, *, after: ProjectClass | None = None
) -> ProjectFunction | None:
    """Give the definition of a method that an object of ``cls`` has."""
    found = find_methods(evaluator, cls, name, after=after)
    return found[0] if found else None


def find_methods(
    evaluator: Evaluator, cls: ProjectClass, name: str, *, after: ProjectClass | None = None
) -> list[ProjectFunction]:
    """Give a method's definitions: several where a condition chooses between them."""
    order = linearise(evaluator, cls)
    start = order.index(after) + 1 if after in order else 0
    for base in order[start:]:
        if isinstance(base, ProjectClass):
            methods = base.methods(name)
            if methods:
                return methods
    return []


def link_subclasses(evaluator: Evaluator) -> None:
    """Tell every class of its subclasses, near and far."""
    for cls in evaluator.index.classes.values():
        for base in linearise(evaluator, cls)[1:]:
            if isinstance(base, ProjectClass):
                base.subclasses.append(cls)


def overriding(method: ProjectFunction) -> list[ProjectFunction]:
    """Give the methods that override ``method`` in subclasses."""
    owner = method.owner
    if owner is None:
        return []
    bare = method.facts.bare
    return [found for cls in owner.subclasses for found in cls.methods(bare)]
