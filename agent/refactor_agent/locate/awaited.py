"""Calls whose result is awaited, or whose callee was asked for: what that says of the callee."""

from __future__ import annotations

from refactor_agent.locate.resolve.classes import find_methods
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.signatures import keeps_arguments
from refactor_agent.locate.resolve.values import (
    AWAITABLE,
    FunctionValue,
    Instance,
    Value,
    Values,
)
from refactor_agent.locate.summary import COROUTINE_FUNCTION, CallFacts

__all__ = ["Awaited"]

_UNKNOWN = frozenset({"builtins.object", "typing.Any", "typing.Callable"})


class Awaited:
    """Tells callees apart by whether their results can be awaited."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def callees(self, function: ProjectFunction, call: CallFacts, values: Values) -> Values:
        """Give those of ``values`` that a call may run.

        Where some that are awaited give an awaitable, the others are not meant. A decorated sync
        function that gives something else is not what is called: its decorator puts another in
        its place. What ``iscoroutinefunction`` said yes to is no sync function.
        """
        if COROUTINE_FUNCTION in call.frames:
            values = tuple(value for value in values if not self._is_sync(value))
        if not call.awaited:
            return values
        if len(values) > 1:
            found = tuple(value for value in values if self._gives_awaitable(function, call, value))
            if found:
                return found
        return tuple(value for value in values if not self._is_replaced(function, call, value))

    def _is_sync(self, value: Value) -> bool:
        if not isinstance(value, FunctionValue):
            return False
        function = self._evaluator.index.functions[value.name]
        return not function.facts.is_async and keeps_arguments(function)

    def _gives_awaitable(self, function: ProjectFunction, call: CallFacts, value: Value) -> bool:
        results = self._evaluator.called(function, call, value)
        return any(isinstance(result, Instance) and result.cls == AWAITABLE for result in results)

    def _is_replaced(self, function: ProjectFunction, call: CallFacts, value: Value) -> bool:
        if not isinstance(value, FunctionValue):
            return False
        facts = self._evaluator.index.functions[value.name].facts
        if facts.is_async or not facts.decorators:
            return False
        results = self._evaluator.called(function, call, value)
        return bool(results) and all(map(self._is_plain, results))

    def _is_plain(self, result: Value) -> bool:
        """Say whether a result is surely nothing that can be awaited."""
        if not isinstance(result, Instance) or result.cls == AWAITABLE or result.cls in _UNKNOWN:
            return False
        cls = self._evaluator.index.classes.get(result.cls)
        if cls is None:
            return result.cls.startswith(
                ("builtins.", "uuid.", "datetime.", "pathlib.", "requests.")
            )
        return not find_methods(self._evaluator, cls, "__await__")
