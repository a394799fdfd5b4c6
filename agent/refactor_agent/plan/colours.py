"""Colours: the sync functions that can become async, found as a greatest fixed point.

A function can be coloured when it can be awaited itself, and every blocking call below it is
then resolved: awaited, replaced, or offloaded. Functions call each other, also in circles, so
all start as candidates, and those with an unresolved call are taken out until none is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from refactor_agent.domain.plan import Refusal
from refactor_agent.plan.colourable import function_refusals
from refactor_agent.plan.edges import Edge
from refactor_agent.plan.facts import Facts
from refactor_agent.plan.native import NativeLeaves
from refactor_agent.plan.offload import Offloads, is_cheap
from refactor_agent.plan.places import place_refusals
from refactor_agent.plan.readers import Readers
from refactor_agent.plan.reasons import refuse
from refactor_agent.plan.stays import Stays

__all__ = ["Action", "Colours"]

Action = Literal["await", "native", "offload"]


class Colours:
    """What each blocking call can become, once the colourable functions are known."""

    def __init__(
        self,
        facts: Facts,
        leaves: NativeLeaves,
        offloads: Offloads,
        readers: Readers,
        *,
        stays: Stays,
    ) -> None:
        self._facts = facts
        self._leaves = leaves
        self._readers = readers
        self._offloads = offloads
        self._stays = stays
        self._why: dict[str, tuple[Refusal, ...]] = {}
        self._gaining: set[str] = set()
        """Candidates that reach an async equivalent."""
        self._helping: set[str] = set()
        """Candidates that reach a blocking call which can be resolved in any way."""
        self._candidates = set(self._below(facts.entries))
        self._settle()

    def action(self, edge: Edge) -> Action | None:
        """Choose what ``edge`` becomes; `None` when nothing can be done."""
        if edge.is_leaf:
            if not self._leaves.refusals(edge):
                return "native"
            stays = self._offloads.refusals(edge) or self._readers.block_refusals(edge)
            return None if stays else "offload"
        can_await = self._can_await(edge)
        if can_await and self._gaining.issuperset(edge.callees):
            return "await"
        if not self._offloads.refusals(edge):
            return "offload"
        return "await" if can_await and self._helping.issuperset(edge.callees) else None

    def coloured(self, edges: Iterable[Edge]) -> tuple[str, ...]:
        """Name the functions that become async when ``edges`` are awaited."""
        found: dict[str, None] = {}
        waiting = [name for edge in edges for name in self._awaited(edge)]
        while waiting:
            name = waiting.pop(0)
            if name not in found:
                found[name] = None
                waiting.extend(self._family(name))
                for edge in self._facts.edges(name):
                    waiting.extend(self._awaited(edge))
        return tuple(found)

    def refusals(self, edge: Edge) -> tuple[Refusal, ...]:
        """Say why ``edge`` can't be resolved natively."""
        if edge.is_leaf:
            return self._leaves.refusals(edge)
        found = list(self._placed(edge))
        for name in edge.callees:
            found.extend(self._why.get(name, ()))
        if not found and self._strangers(edge):
            found.append(refuse("unclear-callee", edge.callees[0], edge.site, "native"))
        if not found:
            found = [r for name in edge.callees for r in self._leaf_refusals(name, {name})]
        return tuple(dict.fromkeys(found))

    def _leaf_refusals(self, name: str, seen: set[str]) -> Iterator[Refusal]:
        for edge in self._facts.edges(name):
            if edge.is_leaf:
                yield from self._leaves.refusals(edge)
            for callee in () if edge.is_leaf else edge.callees:
                if callee not in seen:
                    seen.add(callee)
                    yield from self._leaf_refusals(callee, seen)

    def _awaited(self, edge: Edge) -> tuple[str, ...]:
        return edge.callees if self.action(edge) == "await" else ()

    def _family(self, name: str) -> tuple[str, ...]:
        function = self._facts.function(name)
        return () if function is None else function.family

    def _below(self, entries: Iterable[str]) -> Iterator[str]:
        seen: set[str] = set()
        waiting = [name for entry in entries for edge in self._facts.edges(entry)
                   for name in edge.callees if not edge.is_leaf]  # fmt: skip
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            yield name
            waiting.extend(self._family(name))
            for edge in self._facts.edges(name):
                waiting.extend(() if edge.is_leaf else edge.callees)

    def _settle(self) -> None:
        for name in sorted(self._candidates):
            refusals = function_refusals(self._facts, name)
            refusals += self._readers.function_refusals(name)
            if refusals:
                self._take_out(name, refusals)
        while True:
            self._gaining = self._reach(self._leaves.gains)
            self._helping = self._reach(lambda edge: self.action(edge) is not None)
            refused = {name: r for name in sorted(self._candidates) if (r := self._unsettled(name))}
            if not refused:
                return
            for name, refusals in refused.items():
                self._take_out(name, refusals)

    def _take_out(self, name: str, refusals: tuple[Refusal, ...]) -> None:
        self._candidates.discard(name)
        self._why[name] = refusals

    def _reach(self, ends: Callable[[Edge], bool]) -> set[str]:
        """Find the candidates with an awaited path to a leaf that ``ends``: a least fixed point."""
        found: set[str] = set()
        while True:
            fresh = {
                name
                for name in self._candidates - found
                if any(
                    ends(edge) if edge.is_leaf else self._leads_into(edge, found)
                    for edge in self._facts.edges(name)
                )
            }
            if not fresh:
                return found
            found |= fresh

    def _leads_into(self, edge: Edge, found: set[str]) -> bool:
        return self._can_await(edge) and found.issuperset(edge.callees)

    def _unsettled(self, name: str) -> tuple[Refusal, ...]:
        for member in self._family(name):
            if member not in self._candidates:
                return (refuse("family", name, None, "native"), *self._why.get(member, ()))
        for edge in self._facts.edges(name):
            if self.action(edge) is None and not self._may_stay(edge):
                found = refuse("unresolved-below", name, edge.site, "native")
                return (found, *self.refusals(edge))
        return ()

    def _may_stay(self, edge: Edge) -> bool:
        """Say whether all that blocks behind ``edge`` is too cheap to matter."""
        if edge.is_leaf:
            return is_cheap(edge)
        return self._candidates.issuperset(edge.callees)

    def _can_await(self, edge: Edge) -> bool:
        known = self._candidates.issuperset(edge.callees)
        return known and not self._placed(edge) and not self._strangers(edge)

    def _placed(self, edge: Edge) -> tuple[Refusal, ...]:
        placed = place_refusals(self._facts, edge, "native") or self._readers.refusals(edge)
        return placed or self._stays.refusals(edge, "await", "native")

    def _strangers(self, edge: Edge) -> bool:
        """Say whether the call may also reach something that stays sync, or is called otherwise."""
        callees = edge.call.callees if edge.call else ()
        names = {callee.rpartition(".")[2] for callee in callees}
        return len(names) > 1 or not self._candidates.issuperset(callees)
