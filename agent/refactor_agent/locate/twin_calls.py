"""Calls beside an async twin of which nothing says that they block, but that the project says."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from refactor_agent.locate.blocking import Blocker
from refactor_agent.locate.offloaded import hands_over
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import (
    External,
    ExternalMethod,
    Value,
    is_function,
)
from refactor_agent.locate.summary import CallFacts
from refactor_agent.locate.twins import twin_of

__all__ = ["TwinCalls"]

_ON_CONTAINERS = frozenset(
    name
    for kind in (bytes, dict, frozenset, list, set, str, tuple)
    for name in dir(kind)
    if not name.startswith("_")
)
_NOT_LIBRARIES = frozenset({*sys.stdlib_module_names, "builtins"})


class TwinCalls:
    """Finds sync functions that seem to wait, by what their async twins do.

    The sync one calls something that no rule knows, and its twin awaits what has the same name,
    or hands the sync one itself to a worker thread.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._rule = evaluator.libraries.rules.detected_by("async-twin")

    def blocker(self, caller: ProjectFunction, name: str) -> Blocker | None:
        """Say that a call of the function ``name`` in ``caller`` is one where a twin is awaited."""
        rule = self._rule
        if rule is None or not caller.facts.is_async:
            return None
        function = self._evaluator.index.functions[name]
        question = ("seems to wait", name)
        twin = self._evaluator.memo.get(question, lambda: self._awaited(function), None)
        if twin is None or caller.name == twin or caller.name.startswith(f"{twin}."):
            return None
        return Blocker(rule.id, name, rule.weight, category=rule.category, confidence="low")

    def _awaited(self, function: ProjectFunction) -> str | None:
        """Give the twin's name, if it says that ``function`` waits."""
        twin = twin_of(self._evaluator, function)
        if twin is None:
            return None
        unknown = set(self._unknown(function))
        awaited = {
            name
            for call, method in _method_calls(twin)
            if call.awaited
            for name in (_neutral(method), method.removeprefix("a"))
        }
        is_said = bool(unknown & awaited - _ON_CONTAINERS)
        return twin.name if is_said or (unknown and self._offloads(twin, function)) else None

    def _unknown(self, function: ProjectFunction) -> Iterator[str]:
        """Give the names of methods that are called on what no rule knows."""
        for call, method in _method_calls(function):
            values = self._evaluator.term(function, call.func)
            if all(map(self._is_unknown, values)):
                yield _neutral(method)

    def _is_unknown(self, value: Value) -> bool:
        if isinstance(value, ExternalMethod):
            name, owner = value.qualified, value.receiver.cls
        elif isinstance(value, External):
            name, owner = value.name, value.name.rpartition(".")[0]
        else:
            return False
        known = any(map(self._evaluator.libraries.knows, (name, owner)))
        return not known and name.partition(".")[0] not in _NOT_LIBRARIES

    def _offloads(self, twin: ProjectFunction, function: ProjectFunction) -> bool:
        return any(
            is_function(value, function.name)
            for call in twin.body.calls
            for term in hands_over(self._evaluator, twin, call)
            for value in self._evaluator.term(twin, term)
        )


def _method_calls(function: ProjectFunction) -> Iterator[tuple[CallFacts, str]]:
    for call in function.body.calls:
        if call.func is not None and call.func[0] == "a":
            yield call, call.func[2]


def _neutral(name: str) -> str:
    """Give a method's name without what tells a sync one from an async one."""
    bare = name.removeprefix("async_").removesuffix("_async").removesuffix("_sync")
    return bare.removeprefix("sync_")
