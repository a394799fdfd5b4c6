"""What the planner asks of the call graph, computed once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from refactor_agent.domain.callgraph import Call, CallGraph, Function
from refactor_agent.domain.place import Site
from refactor_agent.domain.plan import FunctionRef
from refactor_agent.domain.region import Located, Region
from refactor_agent.plan.edges import Edge, find_edges
from refactor_agent.rulebook import RuleBook

__all__ = ["Facts"]


class Facts:
    """Views of the regions and the call graph they were found in."""

    def __init__(self, located: Located, rulebook: RuleBook) -> None:
        self.graph: CallGraph = located.graph
        self.book = rulebook
        self.regions = tuple(r for r in located.regions if not self._in_tests(r))

    def _in_tests(self, region: Region) -> bool:
        entry = self.graph.functions.get(region.entry)
        return entry is not None and entry.is_test

    def function(self, name: str) -> Function | None:
        """Give the project function called ``name``."""
        return self.graph.functions.get(name)

    def ref(self, name: str) -> FunctionRef:
        """Give the reference to a project function."""
        return FunctionRef(file=self.graph.functions[name].file, name=name)

    def site(self, name: str) -> Site | None:
        """Give where a project function is defined."""
        function = self.function(name)
        return None if function is None else Site(function.file, function.span)

    def calls_within(self, edge: Edge) -> tuple[Call, ...]:
        """Give the calls that stand inside the call of ``edge``, it included."""
        span = edge.site.span
        return tuple(
            call
            for call in self.graph.calls_in(edge.function)
            if span[:2] <= call.site.span[:2] and call.site.span[2:] <= span[2:]
        )

    def outermost(self, name: str) -> str:
        """Give the outermost function around ``name``, which is edited as a whole."""
        parts = name.split(".")
        prefixes = (".".join(parts[:length]) for length in range(1, len(parts) + 1))
        return next((prefix for prefix in prefixes if prefix in self.graph.functions), name)

    def edges(self, function: str) -> tuple[Edge, ...]:
        """Give the calls by which ``function`` blocks, in source order."""
        return self._edges.get(function, ())

    def writes(self, name: str) -> tuple[str, ...]:
        """Name what the function ``name`` changes outside itself."""
        function = self.function(name)
        return () if function is None else function.writes

    def held_by(self, name: str) -> tuple[str, ...]:
        """Name the functions that ``name`` uses as values on its own thread."""
        return self._held.get(name, ())

    @cached_property
    def _held(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for reference in self.graph.references:
            if not reference.offloaded:
                found[reference.holder].append(reference.target)
        return {name: tuple(targets) for name, targets in found.items()}

    @cached_property
    def entries(self) -> tuple[str, ...]:
        """Name the async functions that block, in the order of the regions."""
        return tuple(dict.fromkeys(region.entry for region in self.regions))

    @cached_property
    def _edges(self) -> Mapping[str, tuple[Edge, ...]]:
        return find_edges(self.graph, self.regions)
