"""Which constructors leave something to be done later, and which methods see to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.constructors.methods import guarded
from refactor_agent.asyncify.constructors.statements import later
from refactor_agent.asyncify.nodes import within
from refactor_agent.asyncify.site import Site, Unit
from refactor_agent.locate.resolve.classes import linearise
from refactor_agent.locate.resolve.index import ProjectClass

__all__ = ["Deferral", "find_deferrals"]


@dataclass(frozen=True, eq=False)
class Deferral:
    """One constructor whose statements run before the first method that waits."""

    unit: Unit
    statements: tuple[cst.BaseStatement, ...]
    methods: tuple[Unit, ...]
    """Those that begin with a guard."""
    attribute: str
    """What the object keeps the guard in."""


def find_deferrals(
    constructors: Iterable[Unit], sites: Mapping[Unit, Sequence[Site]], colours: Colours
) -> Iterator[Deferral]:
    """Give those of the constructors that can leave what waits in them to a method.

    ``constructors`` are those that would have to wait.
    """
    waiting = sorted(constructors, key=lambda unit: unit.function.name)
    owners = {unit: unit.function.owner for unit in waiting}
    for unit, owner in owners.items():
        others = [other for other in owners.values() if other is not owner]
        if owner is None or any(_are_related(colours, owner, o) for o in others if o is not None):
            continue
        found = _of(unit, owner, sites, colours)
        if found is not None:
            yield found


def _of(
    unit: Unit, owner: ProjectClass, sites: Mapping[Unit, Sequence[Site]], colours: Colours
) -> Deferral | None:
    if unit.function.facts.bare != "__init__" or _has_slots(unit):
        return None
    asked = [(site, site.ask(colours)) for site in sites[unit]]
    waits = [site.node for site, member in asked if member is not None and site.suspends(member)]
    moved = later(unit, waits)
    if moved is None:
        return None
    family = [other for other in sites if _is_of(colours, other, owner)]
    awaiting = [other for other in family if other.function.name in colours.coloured]
    if moved.attributes & set(_used_elsewhere(colours, awaiting, unit, moved.attributes)):
        return None
    methods = guarded(awaiting, sites, colours, moved.attributes)
    name = _free_name(colours)
    return Deferral(unit, moved.statements, methods, name) if methods else None


def _is_of(colours: Colours, unit: Unit, owner: ProjectClass) -> bool:
    """Say whether a method is called on objects of ``owner``, a subclass's as well."""
    cls, function = unit.function.owner, unit.function
    if cls is None or function.has_decorator("classmethod", "staticmethod"):
        return False
    return owner in linearise(colours.evaluator, cls)


def _are_related(colours: Colours, one: ProjectClass, other: ProjectClass) -> bool:
    return one in linearise(colours.evaluator, other) or other in linearise(colours.evaluator, one)


def _has_slots(unit: Unit) -> bool:
    """Say whether the class takes no attributes but those it names."""
    outer = unit.module.source.ancestors(unit.node)
    around = next((node for node in outer if isinstance(node, cst.ClassDef)), None)
    names = (
        (node.value for node in within(around.body) if isinstance(node, cst.Name)) if around else ()
    )
    return "__slots__" in names


def _used_elsewhere(
    colours: Colours, awaiting: Sequence[Unit], unit: Unit, attributes: frozenset[str]
) -> Iterator[str]:
    """Give those of ``attributes`` that more than async methods of the class use."""
    allowed = {other.node for other in awaiting} | {unit.node}
    for module in colours.world.modules.values():
        for node in module.source.parents:
            if isinstance(node, cst.Attribute) and node.attr.value in attributes:
                around = module.source.function_around(node)
                if around not in allowed:
                    yield node.attr.value


def _free_name(colours: Colours) -> str:
    texts = [module.source.text for module in colours.world.modules.values()]
    names = ("_ready", "_prepared", "_made_ready")
    return next((n for n in names if not any(n in text for text in texts)), "_ready_to_use")
