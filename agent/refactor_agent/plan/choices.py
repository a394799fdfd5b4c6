"""What becomes of every region, before change sets are cut."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from refactor_agent.domain.place import Site
from refactor_agent.domain.plan import Colour, Refusal, Strategy
from refactor_agent.domain.region import Region
from refactor_agent.plan.colours import Action, Colours
from refactor_agent.plan.demote import demote_refusals
from refactor_agent.plan.edges import Edge
from refactor_agent.plan.facts import Facts
from refactor_agent.plan.loops import runs_on_another_loop
from refactor_agent.plan.modes import Modes
from refactor_agent.plan.offload import Offloads
from refactor_agent.plan.reasons import refuse
from refactor_agent.plan.threads import Threads

__all__ = ["Choices"]


class Choices:
    """The planner's answers, per entry and per region."""

    def __init__(
        self, facts: Facts, threads: Threads, colours: Colours, offloads: Offloads, modes: Modes
    ) -> None:
        self.facts = facts
        self._threads = threads
        self._colours = colours
        self._offloads = offloads
        self._modes = modes

    @cached_property
    def demoted(self) -> frozenset[str]:
        """Name the handlers for which only a demotion resolves everything."""
        actions = self._actions(self.facts.entries)
        unresolved = {r.entry for r in self.facts.regions if not _is_resolved(r, actions)}
        return frozenset(entry for entry in unresolved if not self.demote_refusals(entry))

    @cached_property
    def actions(self) -> Mapping[tuple[str, Site], Action]:
        """What each blocking call of an entry, or of a coloured function, becomes."""
        return self._actions(self._kept)

    @cached_property
    def colours(self) -> Mapping[str, Colour]:
        """The colour of every function that becomes async anywhere in the plan."""
        return self._modes.colours(self._coloured(self._kept), self.actions)

    def coloured_from(self, entry: str) -> tuple[str, ...]:
        """Name the functions that become async on behalf of ``entry``."""
        return self._colours.coloured(self._entry_edges(entry))

    def resolved(self, region: Region) -> bool:
        """Say whether the region's path ends in an edit."""
        return _is_resolved(region, self.actions)

    def entry_edges(self, entry: str) -> tuple[Edge, ...]:
        """Give the blocking calls of ``entry`` that become something else."""
        return tuple(edge for edge in self.facts.edges(entry) if (entry, edge.site) in self.actions)

    def native_refusals(self, region: Region) -> tuple[Refusal, ...]:
        """Say why the region is not resolved natively."""
        edge = self._edge(region)
        unsure = self._unsure(edge, "native")
        return self._elsewhere(region.entry) or unsure or self._colours.refusals(edge)

    def offload_refusals(self, region: Region) -> tuple[Refusal, ...]:
        """Say why the region's first call can't go to a thread."""
        return self.edge_offload_refusals(self._edge(region))

    def edge_offload_refusals(self, edge: Edge) -> tuple[Refusal, ...]:
        """Say why one call of an entry can't go to a thread."""
        unsure = self._unsure(edge, "offload")
        return self._elsewhere(edge.function) or unsure or self._offloads.refusals(edge)

    def demote_refusals(self, entry: str) -> tuple[Refusal, ...]:
        """Say why ``entry`` can't become a plain function."""
        return self._elsewhere(entry) or demote_refusals(self.facts, self._threads, entry)

    @cached_property
    def _kept(self) -> tuple[str, ...]:
        return tuple(entry for entry in self.facts.entries if entry not in self.demoted)

    def _coloured(self, entries: Iterable[str]) -> tuple[str, ...]:
        edges = (edge for entry in entries for edge in self._entry_edges(entry))
        return self._colours.coloured(edges)

    def _actions(self, entries: Iterable[str]) -> Mapping[tuple[str, Site], Action]:
        entries = tuple(entries)
        edges = [edge for entry in entries for edge in self._entry_edges(entry)]
        edges.extend(e for name in self._coloured(entries) for e in self.facts.edges(name))
        chosen = {(edge.function, edge.site): self._colours.action(edge) for edge in edges}
        return {place: action for place, action in chosen.items() if action is not None}

    def _entry_edges(self, entry: str) -> Iterator[Edge]:
        """Give the edges of an entry that may be edited."""
        if self._elsewhere(entry):
            return
        for edge in self.facts.edges(entry):
            if edge.sure and self._colours.action(edge) is not None:
                yield edge

    def _edge(self, region: Region) -> Edge:
        site = region.hops[0].site
        return next(edge for edge in self.facts.edges(region.entry) if edge.site == site)

    def _unsure(self, edge: Edge, strategy: Strategy) -> tuple[Refusal, ...]:
        if edge.sure:
            return ()
        return (refuse("low-confidence", edge.callees[0], edge.site, strategy),)

    def _elsewhere(self, entry: str) -> tuple[Refusal, ...]:
        if runs_on_another_loop(self.facts, entry):
            return (refuse("other-event-loop", entry),)
        return ()


def _is_resolved(region: Region, actions: Mapping[tuple[str, Site], Action]) -> bool:
    """Follow the path as far as it is awaited; it must end in an edit."""
    for hop in region.hops:
        action = actions.get((hop.function, hop.site))
        if action != "await":
            return action is not None
    return False
