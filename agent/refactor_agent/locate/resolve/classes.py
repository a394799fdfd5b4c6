"""Classes: linearisation, members, and who overrides whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction
from refactor_agent.locate.resolve.values import ClassObject, External

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["find_methods", "is_protocol", "linearise", "link_subclasses", "overriding"]

_PROTOCOLS = frozenset({"typing.Protocol", "typing_extensions.Protocol"})
_NOT_BASES = _PROTOCOLS | {"builtins.object", "typing.Generic"}


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


def find_methods(evaluator: Evaluator, cls: ProjectClass, name: str) -> list[ProjectFunction]:
    """Give a method's definitions: several where a condition chooses between them."""
    for base in linearise(evaluator, cls):
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


def is_protocol(evaluator: Evaluator, cls: ProjectClass) -> bool:
    """Say whether ``cls`` itself is a `typing.Protocol`."""
    return any(
        isinstance(value, External) and value.name in _PROTOCOLS
        for term in cls.facts.bases
        for value in evaluator.term(cls.around, term)
    )


def overriding(method: ProjectFunction) -> list[ProjectFunction]:
    """Give the methods that override ``method`` in subclasses."""
    owner = method.owner
    if owner is None:
        return []
    bare = method.facts.bare
    return [found for cls in owner.subclasses for found in cls.methods(bare)]
