"""Locks of threads that would be held while a task waits: they become locks of tasks."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from refactor_agent.asyncify.colouring import Colouring
from refactor_agent.asyncify.leaves import Leaves
from refactor_agent.asyncify.lock_types import locks_entered
from refactor_agent.asyncify.nodes import running
from refactor_agent.asyncify.site import Unit

__all__ = ["held_across_await"]


def held_across_await(colouring: Colouring, leaves: Leaves) -> frozenset[str]:
    """Name the classes of locks inside of whose ``with`` something is awaited now."""
    found = {
        name
        for unit in colouring.units
        if unit.function.name in colouring.colours.coloured
        for node in _around_waits(colouring, unit)
        for name in locks_entered(unit, node)
    }
    return frozenset(name for name in found if not leaves.is_asked(name))


def _around_waits(colouring: Colouring, unit: Unit) -> Iterator[cst.With]:
    for node in (*_waits(colouring, unit), *_yields(unit)):
        for outer in unit.module.source.ancestors(node):
            if outer is unit.node:
                break
            if isinstance(outer, cst.With):
                yield outer


def _waits(colouring: Colouring, unit: Unit) -> Iterator[cst.CSTNode]:
    for site in colouring.sites[unit]:
        member = site.ask(colouring.colours)
        if member is not None and (member.awaited or member.gives != "value"):
            yield site.node


def _yields(unit: Unit) -> Iterator[cst.CSTNode]:
    """Give where an async generator hands over: who reads it, or is within it, may wait."""
    if unit.function.facts.is_generator:
        yield from (node for node in running(unit.node.body) if isinstance(node, cst.Yield))
