"""Classes that have the methods of a protocol without naming it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction
from refactor_agent.locate.resolve.values import AWAITABLE, Instance
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
        if cls is not protocol and not cls.module.is_test and _fits(evaluator, cls, protocol)
    ]


def _candidates(evaluator: Evaluator, protocol: ProjectClass) -> list[ProjectClass]:
    """Give the classes that have the rarest of the protocol's methods."""
    groups = [evaluator.index.classes_with(name) for name in protocol.facts.methods]
    return min(groups, key=len, default=[])


def _fits(evaluator: Evaluator, cls: ProjectClass, protocol: ProjectClass) -> bool:
    wanted = protocol.facts.methods
    if all(name.startswith("__") for name in wanted):  # any container, any callable
        return False
    if not wanted.keys() <= cls.facts.methods.keys():
        return False
    pairs = ((cls.methods(name)[0], protocol.methods(name)[0]) for name in wanted)
    return all(
        _takes(method, declared)
        and _is_awaited(evaluator, method) == _is_awaited(evaluator, declared)
        for method, declared in pairs
    )


def _is_awaited(evaluator: Evaluator, method: ProjectFunction) -> bool:
    """Say whether a method is async, or is said to give what has to be awaited."""
    if method.facts.is_async or method.facts.returns is None:
        return method.facts.is_async
    stated = evaluator.stated(method.around, method.facts.returns)
    return any(isinstance(value, Instance) and value.cls == AWAITABLE for value in stated)


def _takes(method: ProjectFunction, declared: ProjectFunction) -> bool:
    """Say whether a method may be called with what ``declared`` takes."""
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
