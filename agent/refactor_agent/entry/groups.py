"""Which converted files must change together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from refactor_agent.domain.callgraph import CallGraph

__all__ = ["grouped"]


def grouped(
    graph: CallGraph,
    files: Iterable[str],
    coloured: Collection[str],
    ties: Iterable[tuple[str, str]] = (),
) -> tuple[frozenset[str], ...]:
    """Part ``files`` into groups, the smallest first.

    Between a function that turns async and one that awaits it there is no state of the code that
    is right: so files whose coloured functions call each other, or are one family, are one group.
    ``ties`` are files that wait for one another by what a call graph does not tell: fixtures.
    """
    parent = {file: file for file in files}
    for one, other in (*ties, *_ties(graph, coloured)):
        if one in parent and other in parent:
            parent[_root(parent, one)] = _root(parent, other)
    found: dict[str, set[str]] = {}
    for file in parent:
        found.setdefault(_root(parent, file), set()).add(file)
    ordered = sorted(found.values(), key=lambda group: (len(group), sorted(group)))
    return tuple(frozenset(group) for group in ordered)


def _ties(graph: CallGraph, coloured: Collection[str]) -> Iterator[tuple[str, str]]:
    for name in coloured:
        function = graph.functions.get(name)
        if function is None:
            continue
        tied = [*function.family, *(c for call in graph.calls_in(name) for c in call.callees)]
        for other in tied:
            if other in coloured and other in graph.functions:
                yield function.file, graph.functions[other].file


def _root(parent: dict[str, str], file: str) -> str:
    while parent[file] != file:
        file = parent[file]
    return file
