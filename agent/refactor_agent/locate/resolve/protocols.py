"""Classes that have the methods of a protocol without naming it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction
from refactor_agent.locate.summary import Parameter

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["implementers"]


def implementers(evaluator: Evaluator, protocol: ProjectClass) -> list[ProjectClass]:
    """Give the classes with all methods of ``protocol``, of the same colour.

    They take the same parameters, or more that may be left out; a name alone is no evidence.
    """
    nobody: list[ProjectClass] = []
    return evaluator.memo.get(
        ("implementers", protocol.name), lambda: _implementers(evaluator, protocol), nobody
    )


def _implementers(evaluator: Evaluator, protocol: ProjectClass) -> list[ProjectClass]:
    return [
        cls
        for cls in _candidates(evaluator, protocol)
        if cls is not protocol and not cls.module.is_test and _fits(cls, protocol)
    ]


def _candidates(evaluator: Evaluator, protocol: ProjectClass) -> list[ProjectClass]:
    """Give the classes that have the rarest of the protocol's methods."""
    groups = [evaluator.index.classes_with(name) for name in protocol.facts.methods]
    return min(groups, key=len, default=[])


def _fits(cls: ProjectClass, protocol: ProjectClass) -> bool:
    wanted = protocol.facts.methods
    if all(name.startswith("__") for name in wanted):  # any container, any callable
        return False
    if not wanted.keys() <= cls.facts.methods.keys():
        return False
    return all(_stands_for(cls.methods(name)[0], protocol.methods(name)[0]) for name in wanted)


def _stands_for(method: ProjectFunction, declared: ProjectFunction) -> bool:
    """Say whether a method may be called as ``declared`` says."""
    if method.facts.is_async != declared.facts.is_async:
        return False
    own, named = method.facts.parameters, declared.facts.parameters
    if [item.name for item in own] == [item.name for item in named]:
        return True
    wanted = {item.name for item in named}
    others = [item for item in own if item.name not in wanted]
    return (
        len(named) > 1
        and wanted <= {item.name for item in own}
        and all(map(_may_be_left_out, others))
    )


def _may_be_left_out(item: Parameter) -> bool:
    return item.default is not None or item.kind in {"varargs", "kwargs"}
