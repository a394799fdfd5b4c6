"""Which files, and what in them, a conversion may change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from refactor_agent.domain.callgraph import CallGraph

__all__ = ["async_callers", "scope_of"]


def scope_of(graph: CallGraph, functions: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Give file to the top-level names in it that hold ``functions``.

    A class is one: its methods share their object.
    """
    modules = {file: name for name, file in graph.modules.items()}
    found: dict[str, set[str]] = defaultdict(set)
    for name in functions:
        file = graph.functions[name].file
        local = name.removeprefix(f"{modules.get(file, '')}.")
        found[file].add(local.partition(".")[0].partition("#")[0])
    return {file: tuple(sorted(names)) for file, names in sorted(found.items())}


def async_callers(graph: CallGraph, functions: Collection[str]) -> Iterator[str]:
    """Name the async functions outside that call ``functions`` and can await them."""
    for name in functions:
        for call in graph.calls_of(name):
            caller = graph.functions.get(call.caller)
            if caller is not None and caller.is_async and not caller.is_test:
                yield caller.name
