"""Calls on one object, which go to a thread together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from refactor_agent.domain.plan import Refusal
from refactor_agent.plan.edges import Edge
from refactor_agent.plan.facts import Facts
from refactor_agent.plan.reasons import refuse

__all__ = ["tied_refusals"]


def tied_refusals(
    facts: Facts, alone: Callable[[Edge], tuple[Refusal, ...]], edge: Edge
) -> tuple[Refusal, ...]:
    """Say why ``edge`` stays because of another call on the same thread-constrained object.

    ``alone`` says why a call can't be offloaded, whatever becomes of the others.
    """
    kinds = set(_kinds(facts, edge))
    if not edge.is_leaf or not kinds:
        return ()
    for other in facts.edges(edge.function):
        if other.site != edge.site and kinds & set(_kinds(facts, other)):
            refusals = alone(other)
            if any(refusal.reason != "cheaper-than-a-hop" for refusal in refusals):
                return refusals
    if any(facts.book.thread(kind) == "bound" for kind in kinds):
        return tuple(_handed_on(facts, edge, kinds))
    return ()


def _kinds(facts: Facts, edge: Edge) -> Iterator[str]:
    """Name the packages of the thread-constrained types that a call makes or works on."""
    call = edge.call
    objects = [] if call is None else [*filter(None, [call.receiver]), *call.argument_types]
    made = facts.book.returns(edge.callees[0]) if edge.is_leaf else None
    for kind in (*objects, *([made] if made else [])):
        if facts.book.thread(kind) != "any":
            yield kind


def _handed_on(facts: Facts, edge: Edge, kinds: set[str]) -> Iterator[Refusal]:
    """Find a project function that gets the object on the loop's thread."""
    for call in facts.graph.calls_in(edge.function):
        is_ours = any(facts.function(callee) for callee in call.callees)
        if is_ours and kinds & set(call.argument_types):
            about = ", ".join(sorted(kinds))
            yield refuse("thread-affine", edge.callees[0], call.site, "offload", about)
