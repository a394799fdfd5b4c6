"""How a project does things already: how its tests run, which async clients it has."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator

from refactor_agent.domain.callgraph import Call, CallGraph
from refactor_agent.llm.request import AsyncClient, TestHabits

__all__ = ["async_clients", "habits_of_tests"]

_RUNNERS = ("pytest", "unittest")
_MARKS = ("pytest.mark.asyncio", "pytest.mark.anyio", "pytest.mark.trio")
_MOST_CLIENTS = 8
"""The most used ones: the rest would only lengthen every prompt."""


def habits_of_tests(graph: CallGraph) -> TestHabits:
    """Give the runner that the tests import, and how async tests are marked."""
    tests = [function for function in graph.functions.values() if function.is_test]
    files = {function.file for function in tests}
    imported = {package for file in files for package in graph.imports.get(file, ())}
    marks = Counter(
        mark
        for function in tests
        for decorator in function.decorators
        for mark in _MARKS
        if decorator.partition("(")[0] == mark
    )
    starts = any(
        "asyncio.run" in call.callees
        for function in tests
        for call in graph.calls_in(function.name)
    )
    return TestHabits(
        runner=next((name for name in _RUNNERS if name in imported), "pytest" if tests else ""),
        mark=min(marks, key=lambda mark: (-marks[mark], mark), default=""),
        async_tests=any(function.is_async for function in tests),
        starts_loops=starts,
    )


def async_clients(graph: CallGraph) -> tuple[AsyncClient, ...]:
    """Give what the project awaits of other people's libraries, the most used first.

    An object's methods count as its type: ``httpx.AsyncClient``, not each of its calls.
    """
    own = {module.partition(".")[0] for module in graph.modules}
    awaited = Counter(_awaited(graph.calls, own))
    made = _made(graph.calls, set(awaited))
    names = sorted(awaited, key=lambda name: (-awaited[name], name))[:_MOST_CLIENTS]
    return tuple(
        AsyncClient(name=name, awaited=awaited[name], made_at=made.get(name, "")) for name in names
    )


def _awaited(calls: Iterable[Call], own: set[str]) -> Iterator[str]:
    for call in calls:
        if not call.awaited:
            continue
        for name in [call.receiver] if call.receiver else call.callees:
            package = name.partition(".")[0]
            if package not in own and package not in sys.stdlib_module_names and "." in name:
                yield name


def _made(calls: Iterable[Call], names: set[str]) -> dict[str, str]:
    """Give the first place where each is constructed."""
    places: dict[str, str] = {}
    ordered = sorted(calls, key=lambda call: call.site)
    for call in ordered:
        for name in names.intersection(call.callees):
            if not call.awaited:
                places.setdefault(name, f"{call.site.file}:{call.site.span.line}")
    return places
