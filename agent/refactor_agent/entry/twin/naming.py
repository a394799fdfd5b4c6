"""What async twins are called: as the project does already, else as the field does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.domain.twins import TWIN_NAMES, TwinName, beside
from refactor_agent.entry.definitions import Definitions

__all__ = ["TwinNames"]

ClassName = Callable[[str], str]


def _prefixed(word: str) -> ClassName:
    def name(bare: str) -> str:
        public = bare.lstrip("_")
        hidden = bare[: len(bare) - len(public)]
        return f"{hidden}{word}{public.removeprefix('Sync')}"

    return name


_CLASS_NAMES: tuple[ClassName, ...] = (
    _prefixed("Async"),
    _prefixed("Aio"),
    lambda bare: f"{bare}Async",
)
"""The ways in use; the first is taken where a project shows none. ``SyncClient`` loses its word."""


class TwinNames:
    """Names the twins of one project's functions and classes."""

    def __init__(self, graph: CallGraph, definitions: Definitions) -> None:
        self._graph = graph
        self._definitions = definitions

    def of_function(self, name: str, taken: Collection[str]) -> str | None:
        """Name the twin of a function, beside names that are ``taken``; `None`: it has one."""
        ways = (beside(name, twin) for twin in (self._functions, *TWIN_NAMES))
        return next((found for found in ways if found not in taken), None)

    def of_class(self, name: str, taken: Collection[str]) -> str | None:
        """Name the twin of a class; `None` where the name is taken: the class has an async side."""
        found = self._classes(name)
        return None if found in taken else found

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


def _ways(names: Collection[str]) -> Iterable[ClassName]:
    return (
        way for name in names if name[:1].isupper() for way in _CLASS_NAMES if way(name) in names
    )
