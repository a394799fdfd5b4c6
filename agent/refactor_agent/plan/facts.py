"""What the planner asks of the call graph, computed once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from refactor_agent.domain.callgraph import Call, CallGraph, Function
from refactor_agent.domain.place import Site
from refactor_agent.domain.plan import FunctionRef
from refactor_agent.domain.region import Located, Region
from refactor_agent.rulebook import RuleBook

__all__ = ["Edge", "Facts"]


@dataclass(frozen=True, slots=True)
class Edge:
    """One call by which blocking enters a function."""

    function: str
    site: Site
    callees: tuple[str, ...]
    """Project functions that block; or, for a leaf, the blocking call itself."""
    rule: str | None
    """For a leaf: the rule that says it blocks."""
    call: Call | None
    """`None` where no call is written, as in an iteration."""
    weight: int
    sure: bool = True
    """Some region through it is of more than low confidence."""

    @property
    def is_handed_on(self) -> bool:
        """Say whether the call is handed the callee, as ``sorted`` is its key, and calls it."""
        called = self.call.callees if self.call else ()
        return not self.is_leaf and not set(self.callees) & set(called)

    @property
    def is_leaf(self) -> bool:
        """Say whether the blocking call itself is made here."""
        return self.rule is not None


class Facts:
    """Views of the regions and the call graph they were found in."""

    def __init__(self, located: Located, rulebook: RuleBook) -> None:
        self.graph: CallGraph = located.graph
        self.book = rulebook
        self.regions = tuple(r for r in located.regions if not self._in_tests(r))
        self._calls: dict[tuple[str, Site], Call] = {
            (call.caller, call.site): call for call in located.graph.calls
        }

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
    def reaching(self) -> frozenset[str]:
        """Name the sync project functions that reach a blocking call."""
        found = {hop.function for region in self.regions for hop in region.hops[1:]}
        waiting = list(found)
        while waiting:
            for call in self.graph.calls_of(waiting.pop()):
                caller = self.function(call.caller)
                fresh = caller is not None and not caller.is_async and not call.offloaded
                if fresh and call.caller not in found:
                    found.add(call.caller)
                    waiting.append(call.caller)
        return frozenset(found)

    @cached_property
    def entries(self) -> tuple[str, ...]:
        """Name the async functions that block, in the order of the regions."""
        return tuple(dict.fromkeys(region.entry for region in self.regions))

    @cached_property
    def _edges(self) -> Mapping[str, tuple[Edge, ...]]:
        found: dict[str, dict[Site, Edge]] = defaultdict(dict)
        for region in self.regions:
            for edge in self._hops(region):
                known = found[edge.function].get(edge.site)
                found[edge.function][edge.site] = _merged(known, edge) if known else edge
        for name in self.reaching:
            for call in self.graph.calls_in(name):
                callees = tuple(callee for callee in call.callees if callee in self.reaching)
                if callees and not call.offloaded and call.site not in found[name]:
                    found[name][call.site] = Edge(name, call.site, callees, None, call, 1)
        return {
            name: tuple(sorted(edges.values(), key=lambda edge: edge.site))
            for name, edges in found.items()
        }

    def _hops(self, region: Region) -> Iterator[Edge]:
        last = len(region.hops) - 1
        for index, hop in enumerate(region.hops):
            rule = region.rule if index == last else None
            call = self._calls.get((hop.function, hop.site))
            sure = region.confidence != "low"
            yield Edge(hop.function, hop.site, (hop.callee,), rule, call, region.weight, sure)


def _merged(one: Edge, other: Edge) -> Edge:
    return Edge(
        one.function,
        one.site,
        tuple(dict.fromkeys((*one.callees, *other.callees))),
        one.rule or other.rule,
        one.call,
        max(one.weight, other.weight),
        one.sure or other.sure,
    )
