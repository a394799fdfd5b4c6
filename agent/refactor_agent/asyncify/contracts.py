"""Methods that must be async because classes elsewhere are: bases of leaves, and overrides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from refactor_agent.asyncify.site import Unit
from refactor_agent.asyncify.world import World
from refactor_agent.locate.resolve.classes import linearise
from refactor_agent.locate.resolve.index import ProjectClass

__all__ = ["owed"]


def owed(world: World, units: Iterable[Unit]) -> Iterator[str]:
    """Name the methods that override what is awaited or iterated in a leaf's async class."""
    own = {unit.function.owner.name for unit in units if unit.function.owner is not None}
    for unit in units:
        owner = unit.function.owner
        if owner is None:
            continue
        if _awaited_in_twins(world, unit, own):
            yield unit.function.name
        for base in linearise(world.evaluator, owner)[1:]:
            name = base.name if isinstance(base, ProjectClass) else base
            if name in own or not world.leaves.is_asked(name):
                continue
            member = world.leaves.of_class(name, unit.function.facts.bare)
            if member is not None and (member.awaited or member.gives == "iterator"):
                yield unit.function.name


def _awaited_in_twins(world: World, unit: Unit, own: set[str]) -> bool:
    """Say whether a subclass elsewhere overrides the method, and its async side awaits it."""
    owner, bare = unit.function.owner, unit.function.facts.bare
    subclasses = world.evaluator.index.subclasses(owner) if owner is not None else ()
    for cls in subclasses:
        if cls.name not in own and cls.methods(bare) and world.leaves.is_asked(cls.name):
            member = world.leaves.of_class(cls.name, bare)
            if member is not None and member.awaited:
                return True
    return False
