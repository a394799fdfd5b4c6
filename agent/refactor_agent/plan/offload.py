"""Offload: the call by which an async function blocks goes to a worker thread."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from refactor_agent.domain.callgraph import Call
from refactor_agent.domain.plan import Refusal
from refactor_agent.plan.facts import Edge, Facts
from refactor_agent.plan.places import place_refusals
from refactor_agent.plan.reasons import refuse
from refactor_agent.plan.threads import creates, subtree, subtree_refusals
from refactor_agent.plan.tied import tied_refusals

__all__ = ["Offloads", "is_cheap"]

_CHEAP = 2
"""Weights up to this (a ``stat``, a small write) cost less than a hop to a thread and back, about
55 microseconds on a slow core, measured with an idle pool."""


class Offloads:
    """Which calls may go to a worker thread."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._below = cache(self._refusals_below)
        self._alone = cache(self._refusals_alone)

    def refusals(self, edge: Edge) -> tuple[Refusal, ...]:
        """Say why ``edge`` can't be offloaded where it stands; empty when it can.

        Calls on one object that is not free to move go together or not at all.
        """
        return self._alone(edge) or tied_refusals(self._facts, self._alone, edge)

    def _refusals_alone(self, edge: Edge) -> tuple[Refusal, ...]:
        if edge.is_leaf and edge.call is None:
            return ()
        found = [*place_refusals(self._facts, edge, "offload"), *self._at_the_call(edge)]
        if not edge.is_leaf:
            found.extend(self._below(edge.callees, edge.call))
            found.extend(self._given_away(edge))
        if not found and is_cheap(edge) and _in_loop(edge):
            found.append(refuse("cheaper-than-a-hop", edge.callees[0], edge.site, "offload"))
        return tuple(dict.fromkeys(found))

    def _at_the_call(self, edge: Edge) -> Iterator[Refusal]:
        """Check the receiver and the arguments, which belong to the async function."""
        call = edge.call
        if call is None:
            return
        here = self._facts.graph.calls_in(edge.function)
        for kind, is_receiver in _objects(call):
            thread = self._facts.book.thread(kind)
            if thread == "any":
                continue
            origin_fits = call.receiver_origin in {"local", "result"} or not is_receiver
            own = origin_fits and creates(self._facts, here, kind)
            if thread == "bound" and not (own and edge.is_leaf):
                yield refuse("thread-affine", edge.callees[0], edge.site, "offload")
            elif not own:
                yield refuse("shared-unsafe-object", edge.callees[0], edge.site, "offload")

    def _refusals_below(self, callees: tuple[str, ...], call: Call | None) -> tuple[Refusal, ...]:
        roots = (*callees, *(call.callees if call else ()))
        moved = subtree(self._facts, roots)
        found = list(subtree_refusals(self._facts, moved, callees[0], "offload"))
        for name in roots:
            function = self._facts.function(name)
            if function is not None and function.is_generator:
                found.append(refuse("generator", name, None, "offload"))
        return tuple(found)

    def _given_away(self, edge: Edge) -> Iterator[Refusal]:
        """Check that no thread-bound object made below is used here afterwards."""
        moved = subtree(self._facts, edge.callees)
        for call in self._facts.graph.calls_in(edge.function):
            if call is edge.call:
                continue
            for kind, _ in _objects(call):
                is_bound = self._facts.book.thread(kind) == "bound"
                if is_bound and creates(self._facts, moved.calls, kind):
                    yield refuse("thread-affine", edge.callees[0], call.site, "offload")


def is_cheap(edge: Edge) -> bool:
    """Say whether the call costs less than handing it to a thread."""
    return edge.is_leaf and edge.weight <= _CHEAP


def _in_loop(edge: Edge) -> bool:
    frames = edge.call.frames if edge.call else ()
    return "loop" in frames or "comprehension" in frames


def _objects(call: Call) -> Iterator[tuple[str, bool]]:
    if call.receiver is not None:
        yield call.receiver, True
    for kind in call.argument_types:
        yield kind, False
