"""What entry points run, and where that blocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property

from refactor_agent.domain.callgraph import Call, CallGraph

__all__ = ["CHEAP", "Reach"]

CHEAP = 2
"""Weights up to this (a ``stat``, a small write) are no reason to make a function async: they
take less than the hop to a thread."""


class Reach:
    """The project's functions that run when ``roots`` do, tests left out."""

    def __init__(
        self,
        graph: CallGraph,
        roots: Iterable[str],
        stops: Collection[str] = frozenset(),
        *,
        threads: bool = False,
    ) -> None:
        """Follow what ``roots`` call; with ``threads``, what threads run that they start, too.

        Into none of ``stops``: they have an async side.
        """
        self._graph = graph
        self._stops = stops
        self._threads = threads
        self.functions = frozenset(self._from(roots))

    def with_threads(self) -> Reach:
        """Give what is reached when threads become tasks."""
        return Reach(self._graph, self.functions, self._stops, threads=True)

    @cached_property
    def blocking(self) -> tuple[Call, ...]:
        """The library calls by which they hold up their thread, the quick ones left out."""
        return tuple(
            call
            for name in sorted(self.functions)
            for call in self._graph.calls_in(name)
            if call.blocks is not None and not call.offloaded and call.weight > CHEAP
        )

    def _from(self, roots: Iterable[str]) -> Iterator[str]:
        seen: set[str] = set()
        waiting = list(roots)
        while waiting:
            name = waiting.pop()
            function = self._graph.functions.get(name)
            if name in seen or name in self._stops or function is None or function.is_test:
                continue
            seen.add(name)
            yield name
            waiting.extend(function.family)
            waiting.extend(self._handed.get(name, ()))
            for call in self._graph.calls_in(name):
                waiting.extend(() if call.offloaded else call.callees)

    @cached_property
    def _handed(self) -> Mapping[str, list[str]]:
        """Function to the functions that it uses as values, and may so bring to run."""
        found: dict[str, list[str]] = defaultdict(list)
        for reference in self._graph.references:
            is_thread = self._threads and reference.passed_to == "threading.Thread"
            if is_thread or not reference.offloaded:
                found[reference.holder].append(reference.target)
        return found
