"""Places in which nothing can be awaited."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from refactor_agent.domain.callgraph import Frame
from refactor_agent.domain.plan import Refusal, Strategy
from refactor_agent.plan.edges import Edge
from refactor_agent.plan.facts import Facts
from refactor_agent.plan.reasons import refuse

__all__ = ["awaitable_frames", "place_refusals"]

_FORBIDDEN: Mapping[Frame, str] = MappingProxyType(
    {
        "lock": "lock-held",
        "lambda": "lambda",
        "generator_expression": "generator-expression",
        "class_body": "class-body",
        "signature": "signature",
    }
)

_LISTED: frozenset[tuple[Strategy, Frame]] = frozenset({("native", "generator_expression")})
"""The converter makes a list of it, where whoever reads it takes every item anyway."""


def awaitable_frames(frames: tuple[Frame, ...]) -> bool:
    """Say whether a call under ``frames`` can be awaited in an async function."""
    return not any(frame in _FORBIDDEN for frame in frames)


def place_refusals(facts: Facts, edge: Edge, strategy: Strategy) -> tuple[Refusal, ...]:
    """Say why nothing can be awaited where ``edge`` stands; empty when it can."""
    function = facts.function(edge.callees[0])
    if function is not None and function.is_property:
        return (refuse("property", edge.callees[0], edge.site, strategy),)
    if edge.is_leaf and edge.call is None:
        return (refuse("loop-step", edge.callees[0], edge.site, strategy),)
    if edge.call is None or (strategy == "native" and edge.is_handed_on):
        return (refuse("used-as-value", edge.callees[0], edge.site, strategy),)
    reasons = dict.fromkeys(
        _FORBIDDEN[frame]
        for frame in edge.call.frames
        if frame in _FORBIDDEN and (strategy, frame) not in _LISTED
    )
    return tuple(refuse(reason, edge.callees[0], edge.site, strategy) for reason in reasons)
