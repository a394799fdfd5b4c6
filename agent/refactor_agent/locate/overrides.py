"""What may run when an abstract method is called."""

from __future__ import annotations

from refactor_agent.locate.resolve.classes import is_protocol, overriding
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction

__all__ = ["implementations", "is_abstract"]

_ABSTRACT = ("abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod")
_SPECIAL = frozenset({"__init__", "__new__", "__init_subclass__"})


def is_abstract(method: ProjectFunction) -> bool:
    """Say whether ``method`` stands for what other classes define."""
    if method.facts.owner < 0 or method.facts.bare in _SPECIAL:
        return False
    return method.facts.is_stub or method.has_decorator(*_ABSTRACT)


def implementations(evaluator: Evaluator, method: ProjectFunction) -> list[ProjectFunction]:
    """Give the methods that a call of an abstract one may run.

    Those of subclasses; for a protocol also those of classes that have all its methods, with
    the same colour and the same parameters: a name alone is no evidence.
    """
    found = [other for other in overriding(method) if not is_abstract(other)]
    owner = method.owner
    if owner is None or not is_protocol(evaluator, owner):
        return found
    return [*found, *_structural(evaluator, owner, method.facts.bare)]


def _structural(evaluator: Evaluator, protocol: ProjectClass, name: str) -> list[ProjectFunction]:
    known = evaluator.implementers.get(protocol.name)
    if known is None:
        known = [
            cls
            for cls in _candidates(evaluator, protocol)
            if cls is not protocol and not cls.module.is_test and _fits(cls, protocol)
        ]
        evaluator.implementers[protocol.name] = known
    return [method for cls in known for method in cls.methods(name)]


def _candidates(evaluator: Evaluator, protocol: ProjectClass) -> list[ProjectClass]:
    """Give the classes that have the rarest of the protocol's methods."""
    groups = [evaluator.index.classes_with(name) for name in protocol.facts.methods]
    return min(groups, key=len, default=[])


def _fits(cls: ProjectClass, protocol: ProjectClass) -> bool:
    wanted = protocol.facts.methods
    if not wanted or not wanted.keys() <= cls.facts.methods.keys():
        return False
    return all(_shape(cls.methods(name)[0]) == _shape(protocol.methods(name)[0]) for name in wanted)


def _shape(method: ProjectFunction) -> tuple[bool, tuple[str, ...]]:
    parameters = tuple(item.name for item in method.facts.parameters)
    return method.facts.is_async, parameters
