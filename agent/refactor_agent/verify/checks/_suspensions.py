"""Where functions give way to other tasks, and where they did not before the change."""

from __future__ import annotations

import ast
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Literal

from refactor_agent.verify.checks._functions import changed_functions, own_nodes
from refactor_agent.verify.checks._hops import thread_function
from refactor_agent.verify.checks._units import Unit, Units
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, dotted

__all__ = ["Point", "Suspension", "Suspensions", "points", "waited_for"]

Point = ast.Await | ast.AsyncFor | ast.AsyncWith | ast.comprehension
Suspension = Literal["new", "old", "never"]

_PLAIN_DECORATORS = frozenset(
    {"classmethod", "staticmethod", "property", "abstractmethod", "asynccontextmanager",
     "override", "final", "wraps"}
)  # fmt: skip


class Suspensions:
    """Tells new points of suspension from old ones."""

    def __init__(self, context: Context, units: Units) -> None:
        self._context = context
        self._units = units
        self._before: dict[tuple[str, str], bool] = {}
        self._added: dict[tuple[str, str], frozenset[int]] = {}

    def kind(self, unit: Unit, point: Point) -> Suspension:
        """Say whether ``point`` suspends, and whether what stands there did so before."""
        called = self.called(unit, point)
        if id(point) in self._added_in(unit):
            never = bool(called) and not any(
                one.key in self.newly or self._suspended(one) for one in called
            )
            return "never" if never else "new"
        if not called or any(self._suspended(one) for one in called):
            return "old"
        return "new" if any(one.key in self.newly for one in called) else "never"

    def adds_to(self, unit: Unit) -> bool:
        """Say whether the change writes a point of suspension into ``unit``."""
        return bool(self._added_in(unit))

    def called(self, unit: Unit, point: Point) -> tuple[Unit, ...]:
        """Give the project's functions that ``point`` waits for."""
        calls = waited_for(point)
        if not calls or not all(isinstance(call, ast.Call) for call in calls):
            return ()
        found = [
            self._units.called(unit, call.func) for call in calls if isinstance(call, ast.Call)
        ]
        return tuple(one for group in found for one in group) if all(found) else ()

    @cached_property
    def newly(self) -> frozenset[tuple[str, str]]:
        """The functions that suspend now and never did before."""
        return self._spread[0]

    @property
    def concerned(self) -> tuple[Unit, ...]:
        """The functions in which there may be a new point of suspension."""
        return self._spread[1]

    @cached_property
    def _spread(self) -> tuple[frozenset[tuple[str, str]], tuple[Unit, ...]]:
        concerned: dict[tuple[str, str], Unit] = {}
        newly: set[tuple[str, str]] = set()
        waiting = deque(self._changed())
        while waiting:
            unit = waiting.popleft()
            concerned[unit.key] = unit
            if unit.key in newly or self._suspended(unit):
                continue
            newly.add(unit.key)
            waiting.extend(
                caller
                for caller in self._units.callers(unit)
                if caller.is_async and self._waits_for(caller, unit)
            )
        return frozenset(newly), tuple(concerned.values())

    def _changed(self) -> Iterator[Unit]:
        for change in changed_functions(self._context):
            unit = self._units.get(change.file, change.name)
            declared = change.file not in self._context.added_files
            if unit and unit.is_async and declared and self._added_in(unit):
                yield unit

    def _waits_for(self, caller: Unit, unit: Unit) -> bool:
        return any(unit in self.called(caller, point) for point in points(caller.after))

    def _suspended(self, unit: Unit) -> bool:
        """Say whether it did before; what is not known is taken to have."""
        if unit.key not in self._before:
            self._before[unit.key] = False
            self._before[unit.key] = self._finds_suspended(unit)
        return self._before[unit.key]

    def _finds_suspended(self, unit: Unit) -> bool:
        if not isinstance(unit.before, ast.AsyncFunctionDef):
            return False
        if not all(_last(node) in _PLAIN_DECORATORS for node in unit.before.decorator_list):
            return not _is_route(unit.before)
        if _is_abstract(unit.before):
            return True
        for point in points(unit.before):
            called = self.called(unit, point)
            if not called or any(self._suspended(one) for one in called):
                return True
        return False

    def _added_in(self, unit: Unit) -> frozenset[int]:
        """The points whose text was not there before."""
        if unit.key not in self._added:
            known = Counter(_text(point) for point in points(unit.before)) if unit.before else None
            self._added[unit.key] = frozenset(_beyond(known or Counter(), points(unit.after)))
        return self._added[unit.key]


def points(function: FunctionNode) -> Iterator[Point]:
    """Give every place of a function at which it may suspend, in source order."""
    for node in own_nodes(function):
        if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith) or (
            isinstance(node, ast.comprehension) and node.is_async
        ):
            yield node


def waited_for(point: Point) -> list[ast.expr]:
    """Give the expressions that the point waits for."""
    if isinstance(point, ast.Await):
        return [point.value]
    if isinstance(point, ast.AsyncWith):
        return [item.context_expr for item in point.items]
    return [point.iter]


def _beyond(known: Counter[str], after: Iterable[Point]) -> Iterator[int]:
    for point in after:
        text = _text(point)
        known[text] -= 1
        if known[text] < 0:
            yield id(point)


def _text(point: Point) -> str:
    """What is called, without the arguments; whole where it is a thread that is waited for."""
    parts = [
        part.func if isinstance(part, ast.Call) and thread_function(part) is None else part
        for part in waited_for(point)
    ]
    return f"{type(point).__name__}: {', '.join(ast.unparse(part) for part in parts)}"


def _last(decorator: ast.expr) -> str:
    node = decorator.func if isinstance(decorator, ast.Call) else decorator
    return (dotted(node) or "").rpartition(".")[2]


def _is_route(function: FunctionNode) -> bool:
    """A router's decorator registers the function and gives it back as it is."""
    methods = {"get", "post", "put", "patch", "delete", "head", "options", "websocket", "route"}
    return all(_last(node) in methods | _PLAIN_DECORATORS for node in function.decorator_list)


def _is_abstract(function: FunctionNode) -> bool:
    """What overrides it runs in its place."""
    raised = [node.exc for node in own_nodes(function) if isinstance(node, ast.Raise)]
    return any(_last(error) == "NotImplementedError" for error in raised if error)
