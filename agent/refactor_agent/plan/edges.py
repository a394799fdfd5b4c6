"""Edges: the calls by which blocking enters a function.

Regions show the shortest path to each kind of blocking call. A function that becomes async needs
all of its own: those are looked up in the call graph.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from refactor_agent.domain.callgraph import Call, CallGraph
from refactor_agent.domain.place import Site
from refactor_agent.domain.region import Region

__all__ = ["Edge", "find_edges"]


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
    """`None` where no call is written, as at each step of a loop."""
    weight: int = 1
    sure: bool = True
    """Some region through it is of more than low confidence."""
    maker: Edge | None = None
    """For steps of a loop over what a call gives, which is written there: that call."""
    dispatched: bool = False
    """The callee overrides, or is overridden by, what the call names."""

    @property
    def written(self) -> Edge:
        """Give the edge of what is written at the site: where it is awaited, the steps follow."""
        return self.maker or self

    @property
    def is_handed_on(self) -> bool:
        """Say whether the call is handed the callee, as ``sorted`` is its key, and calls it."""
        if self.call is None or self.dispatched or (self.is_leaf and _is_implicit(self.callees[0])):
            return False
        return set(self.callees).isdisjoint(self.call.callees)

    @property
    def is_leaf(self) -> bool:
        """Say whether the blocking call itself is made here."""
        return self.rule is not None


def find_edges(graph: CallGraph, regions: Sequence[Region]) -> Mapping[str, tuple[Edge, ...]]:
    """Give the edges of every entry, and of every sync function below one, in source order."""
    return _Finder(graph, regions).edges()


class _Finder:
    def __init__(self, graph: CallGraph, regions: Sequence[Region]) -> None:
        self._graph = graph
        self._regions = regions
        self._calls = {(call.caller, call.site): call for call in graph.calls}
        self._found: dict[str, dict[Site, Edge]] = defaultdict(dict)

    def edges(self) -> Mapping[str, tuple[Edge, ...]]:
        for region in self._regions:
            for edge in self._hops(region):
                self._add(edge)
        below = self._below()
        for name in below:
            for call in self._graph.calls_in(name):
                self._add_leaf(call)
        reaching = self._reaching(below)
        for name in {*below, *(region.entry for region in self._regions)}:
            for call in self._graph.calls_in(name):
                self._add_inner(call, reaching)
        return {
            name: tuple(sorted(edges.values(), key=lambda edge: edge.site))
            for name, edges in self._found.items()
        }

    def _hops(self, region: Region) -> Iterator[Edge]:
        sure = region.confidence != "low"
        last = region.hops[-1]
        for hop in region.hops:
            rule = region.rule if hop is last else None
            call = self._calls.get((hop.function, hop.site))
            if _is_step(hop.callee) and rule is not None:
                call = None
            kin = self._is_kin(call, hop.callee)
            edge = Edge(hop.function, hop.site, (hop.callee,), rule, call, region.weight, sure)
            yield replace(edge, dispatched=kin)

    def _is_kin(self, call: Call | None, callee: str) -> bool:
        function = self._graph.functions.get(callee)
        named = call.callees if call is not None else ()
        return function is not None and not set(function.family).isdisjoint(named)

    def _add(self, edge: Edge) -> None:
        known = self._found[edge.function].get(edge.site)
        if known is not None:
            edge = replace(
                known,
                callees=tuple(dict.fromkeys((*known.callees, *edge.callees))),
                rule=known.rule or edge.rule,
                weight=max(known.weight, edge.weight),
                sure=known.sure or edge.sure,
                maker=known.maker or _maker(known, edge) or _maker(edge, known),
                dispatched=known.dispatched or edge.dispatched,
            )
        self._found[edge.function][edge.site] = edge

    def _below(self) -> frozenset[str]:
        """Name the sync functions that the entries run."""
        found = {hop.function for region in self._regions for hop in region.hops[1:]}
        waiting = [*found, *(region.entry for region in self._regions)]
        while waiting:
            for callee in self._sync_callees(waiting.pop()):
                if callee not in found:
                    found.add(callee)
                    waiting.append(callee)
        return frozenset(found)

    def _sync_callees(self, name: str) -> Iterator[str]:
        for call in self._graph.calls_in(name):
            for callee in call.callees if not call.offloaded else ():
                function = self._graph.functions.get(callee)
                if function is not None:
                    yield from (n for n in (callee, *function.family) if self._is_sync(n))

    def _is_sync(self, name: str) -> bool:
        function = self._graph.functions.get(name)
        return function is not None and not function.is_async

    def _add_leaf(self, call: Call) -> None:
        known = self._found[call.caller].get(call.site)
        stepped = known is not None and known.call is None and known.maker is None
        if call.blocks is None or (known is not None and known.is_leaf and not stepped):
            return
        names = tuple(callee for callee in call.callees if callee not in self._graph.functions)
        callee = names[:1] or (call.blocks,)
        self._add(Edge(call.caller, call.site, callee, call.blocks, call, call.weight))

    def _reaching(self, below: frozenset[str]) -> Mapping[str, set[str]]:
        """Give the rules by which each function blocks, itself or in what it calls."""
        found: dict[str, set[str]] = defaultdict(set)
        for region in self._regions:
            for hop in region.hops[1:]:
                found[hop.function].add(region.rule)
        for name in below:
            rules = (edge.rule for edge in self._found[name].values())
            found[name].update(rule for rule in rules if rule is not None)
        waiting = [name for name in below if found[name]]
        while waiting:
            callee = waiting.pop()
            for call in self._graph.calls_of(callee):
                if call.caller in below and not call.offloaded:
                    fresh = _unsuppressed(call, found[callee]) - found[call.caller]
                    found[call.caller] |= fresh
                    waiting.extend([call.caller] if fresh else [])
        return found

    def _add_inner(self, call: Call, reaching: Mapping[str, set[str]]) -> None:
        callees = tuple(
            callee
            for callee in call.callees
            if callee in reaching and _unsuppressed(call, reaching[callee])
        )
        known = call.site in self._found[call.caller]
        is_entry = not self._is_sync(call.caller)
        if callees and not call.offloaded and (known or not is_entry):
            self._add(Edge(call.caller, call.site, callees, None, call, sure=not is_entry))


def _maker(steps: Edge, other: Edge) -> Edge | None:
    makes = other.is_leaf and other.call is not None
    return other if steps.call is None and steps.rule == other.rule and makes else None


def _unsuppressed(call: Call, rules: set[str]) -> set[str]:
    if call.ignores is None:
        return rules
    return rules.difference(call.ignores) if call.ignores else set()


def _is_implicit(callee: str) -> bool:
    """Say whether syntax makes the call, as ``with`` and ``for`` do."""
    return callee.rpartition(".")[2].startswith("__")


def _is_step(callee: str) -> bool:
    """Say whether a loop makes the call; what is written there only makes the iterable."""
    return callee.rpartition(".")[2] in {"__next__", "__iter__"}
