"""What async twins are called: as the project does already, else as the field does."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeVar

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.domain.twins import TWIN_NAMES, TwinName, beside
from refactor_agent.entry.definitions import Definition, Definitions
from refactor_agent.entry.twin.layout import Layout

__all__ = ["TwinNames"]

Way = TypeVar("Way")
ClassName = Callable[[str], str]
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def _prefixed(word: str) -> ClassName:
    def name(bare: str) -> str:
        public = bare.lstrip("_")
        hidden = bare[: len(bare) - len(public)]
        return f"{hidden}{word}{public.removeprefix('Sync')}"

    return name


def _same(bare: str) -> str:
    return bare


_CLASS_NAMES: tuple[ClassName, ...] = (
    _prefixed("Async"),
    _prefixed("Aio"),
    lambda bare: f"{bare}Async",
)
"""The ways in use; the first is taken where a project shows none. ``SyncClient`` loses its word."""

_SAME: TwinName = ("", "")
"""Both sides are called the same, in modules of their own."""


class TwinNames:
    """Names the twins of one project's functions, classes and methods."""

    def __init__(self, graph: CallGraph, definitions: Definitions, layout: Layout) -> None:
        self._graph = graph
        self._definitions = definitions
        self._layout = layout

    def of_function(self, module: str, name: str, taken: Collection[str]) -> str | None:
        """Name the twin of a function, beside names that are ``taken``; `None`: it has one."""
        if self._layout.moves(module):
            found = beside(name, self._moved_functions)
            return None if found in taken else found
        ways = (beside(name, twin) for twin in (self._functions, *TWIN_NAMES))
        return next((found for found in ways if found not in taken), None)

    def of_class(self, module: str, name: str, taken: Collection[str]) -> str | None:
        """Name the twin of a class; `None` where the name is taken: the class has an async side."""
        found = (self._moved_classes if self._layout.moves(module) else self._classes)(name)
        return None if found in taken else found

    @cached_property
    def known(self) -> Mapping[str, str]:
        """The functions and classes that have an async side already, with it."""
        return {sync.qualified: aio.qualified for sync, aio in self._pairs}

    def of_methods(self, names: Iterable[str]) -> Mapping[str, str]:
        """Give the methods among ``names`` that the project calls otherwise on its async side."""
        ways = Counter[TwinName]()
        found: dict[str, str] = {}
        for sync, aio in self._pairs:
            for name, twin in _paired_methods(sync, aio):
                found.setdefault(name, beside(name, twin))
                ways[twin] += 1
        most = max((_SAME, *TWIN_NAMES), key=lambda way: ways[way])
        for name in names:
            if most != _SAME and not name.startswith("_"):
                found.setdefault(name, beside(name, most))
        return {name: found[name] for name in names if found.get(name, name) != name}

    @cached_property
    def _pairs(self) -> tuple[tuple[Definition, Definition], ...]:
        return tuple(self._find_pairs())

    def _find_pairs(self) -> Iterator[tuple[Definition, Definition]]:
        for module in self._graph.modules:
            place = self._layout.place(module)
            if place not in self._graph.modules:
                continue
            there = {node.name: Definition(place, node.name, node) for node in self._top(place)}
            for node in self._top(module):
                sync = Definition(module, node.name, node)
                for name in _candidates(node, apart=place != module):
                    if name in there and _is_twin(sync, there[name]):
                        yield sync, there[name]
                        break

    def _top(self, module: str) -> Iterator[_Function | ast.ClassDef]:
        for node in self._definitions.top(module):
            if isinstance(node, _Function | ast.ClassDef):
                yield node

    @cached_property
    def _functions(self) -> TwinName:
        seen: Counter[TwinName] = Counter()
        for name, function in self._graph.functions.items():
            if not function.is_async and not function.is_test:
                seen.update(self._used_by(name))
        return max(TWIN_NAMES, key=lambda twin: seen[twin])

    def _used_by(self, name: str) -> Iterator[TwinName]:
        for twin in TWIN_NAMES:
            other = self._graph.functions.get(beside(name, twin))
            if other is not None and other.is_async:
                yield twin

    @cached_property
    def _classes(self) -> ClassName:
        seen = Counter(
            way
            for module in self._graph.modules
            for names in [frozenset(self._definitions.names(module))]
            for way in _ways(names)
        )
        return max(_CLASS_NAMES, key=lambda way: seen[way])

    @cached_property
    def _moved_classes(self) -> ClassName:
        names = [
            (sync.name, aio.name)
            for sync, aio in self._pairs
            if sync.module != aio.module and isinstance(sync.node, ast.ClassDef)
        ]
        ways = (*_CLASS_NAMES, _same)
        seen = [sum(way(sync) == aio for sync, aio in names) for way in ways]
        return ways[seen.index(max(seen))]

    @cached_property
    def _moved_functions(self) -> TwinName:
        names = [
            (sync.name, aio.name)
            for sync, aio in self._pairs
            if sync.module != aio.module and isinstance(sync.node, _Function)
        ]
        ways = (self._functions, *TWIN_NAMES, _SAME)
        return max(ways, key=lambda way: sum(beside(sync, way) == aio for sync, aio in names))


def _ways(names: Collection[str]) -> Iterable[ClassName]:
    return (
        way for name in names if name[:1].isupper() for way in _CLASS_NAMES if way(name) in names
    )


def _candidates(node: _Function | ast.ClassDef, *, apart: bool) -> Iterator[str]:
    if isinstance(node, ast.ClassDef):
        yield from (way(node.name) for way in _CLASS_NAMES)
    else:
        yield from (beside(node.name, way) for way in TWIN_NAMES)
    if apart:
        yield node.name


def _is_twin(sync: Definition, aio: Definition) -> bool:
    """Say whether one waits for nothing and the other does."""
    if isinstance(sync.node, ast.ClassDef) and isinstance(aio.node, ast.ClassDef):
        return not any(_awaited(sync.node)) and any(_awaited(aio.node))
    return isinstance(sync.node, ast.FunctionDef) and isinstance(aio.node, ast.AsyncFunctionDef)


def _awaited(node: ast.ClassDef) -> Iterator[str]:
    return (one.name for one in node.body if isinstance(one, ast.AsyncFunctionDef))


def _paired_methods(sync: Definition, aio: Definition) -> Iterator[tuple[str, TwinName]]:
    """Give the public methods of a class that its async side awaits, and how they are named."""
    if not (isinstance(sync.node, ast.ClassDef) and isinstance(aio.node, ast.ClassDef)):
        return
    there = {one.name for one in aio.node.body if isinstance(one, _Function)}
    awaited = set(_awaited(aio.node))
    for one in sync.node.body:
        if isinstance(one, ast.FunctionDef) and not one.name.startswith("_"):
            for way in (_SAME, *TWIN_NAMES):
                name = beside(one.name, way)
                if name in awaited and (way == _SAME or one.name not in there):
                    yield one.name, way
                    break
