"""The methods that have to see to it that what a constructor left to be done is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import libcst as cst

from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.lock_types import locks_entered
from refactor_agent.asyncify.nodes import within
from refactor_agent.asyncify.site import Site, Unit
from refactor_agent.locate.resolve.defined import self_name

__all__ = ["guarded"]

_SOMETIMES = (
    cst.BooleanOperation,
    cst.CompFor,
    cst.Else,
    cst.ExceptHandler,
    cst.Finally,
    cst.For,
    cst.If,
    cst.IfExp,
    cst.Lambda,
    cst.Match,
    cst.While,
)
"""What may not run what stands in it, or more than once."""


class _Step(NamedTuple):
    """One place of a method where it waits, or uses what is set late."""

    place: tuple[int, int]
    calls: str | None
    """The method of its own object that it calls; ``None`` where it does something else."""
    always: bool

    @property
    def leads(self) -> bool:
        """Say whether the object is ready after it, if that method sees to it."""
        return self.always and self.calls is not None


def guarded(
    units: Iterable[Unit],
    sites: Mapping[Unit, Sequence[Site]],
    colours: Colours,
    attributes: frozenset[str],
) -> tuple[Unit, ...]:
    """Give those of ``units``, the async methods of one class, that have to begin with a guard.

    That is each that waits for something, or uses one of ``attributes``, unless it calls another
    such method first; or is private, and called by such methods alone.
    """
    steps = {unit: _steps(unit, sites[unit], colours, attributes) for unit in units}
    by_name: dict[str, list[Unit]] = {}
    for unit in steps:
        by_name.setdefault(unit.node.name.value, []).append(unit)
    waiting = [unit for unit, taken in steps.items() if taken]
    found = {unit for unit in waiting if not steps[unit][0].leads}
    open_units = [unit for unit in waiting if unit not in found]
    led: set[Unit] = set()
    for _ in open_units:
        ready = {n for n, same in by_name.items() if all(u in found | led for u in same)}
        led |= {unit for unit in open_units if steps[unit][0].calls in ready}
    found |= {unit for unit in open_units if unit not in led}
    return tuple(unit for unit in steps if unit in found - _inner(steps, found, led))


def _inner(steps: Mapping[Unit, Sequence[_Step]], found: set[Unit], led: set[Unit]) -> set[Unit]:
    """Give the private methods that only methods with a guard call, after it."""
    mentions = _mentions(steps)
    inner = {u for u in found if _is_private(u) and mentions.get(u.node.name.value) is not None}
    shrinking = True
    while shrinking:
        safe = (found - inner) | led | inner
        bad = {unit for unit in inner if not _only_after(unit, mentions, steps, safe, led)}
        inner -= bad
        shrinking = bool(bad)
    return inner


def _only_after(
    unit: Unit,
    mentions: Mapping[str, Sequence[tuple[Unit, tuple[int, int]]] | None],
    steps: Mapping[Unit, Sequence[_Step]],
    safe: set[Unit],
    led: set[Unit],
) -> bool:
    places = mentions[unit.node.name.value] or ()
    return bool(places) and all(
        around in safe and (around not in led or place > steps[around][0].place)
        for around, place in places
    )


def _mentions(
    steps: Mapping[Unit, Sequence[_Step]],
) -> dict[str, list[tuple[Unit, tuple[int, int]]] | None]:
    """Give where each method is called on its own object; ``None`` where it is named otherwise."""
    names = {unit.node.name.value for unit in steps}
    found: dict[str, list[tuple[Unit, tuple[int, int]]] | None] = {}
    for module in {unit.module for unit in steps}:
        for node in module.source.parents:
            name = node.attr.value if isinstance(node, cst.Attribute) else ""
            if name not in names or not isinstance(node, cst.Attribute):
                continue
            around = _method_around(steps, module.source.ancestors(node))
            is_own = around is not None and _called_on(around, module.source.parents[node])
            if around is None or is_own != name:
                found[name] = None
            elif (places := found.setdefault(name, [])) is not None:
                places.append((around, _place(around, node)))
    return found


def _method_around(steps: Mapping[Unit, object], outer: Iterable[cst.CSTNode]) -> Unit | None:
    nodes = list(outer)
    function = next((node for node in nodes if isinstance(node, cst.FunctionDef)), None)
    return next((unit for unit in steps if unit.node is function), None)


def _is_private(unit: Unit) -> bool:
    name = unit.node.name.value
    return name.startswith("_") and not name.endswith("__")


def _steps(
    unit: Unit, sites: Sequence[Site], colours: Colours, attributes: frozenset[str]
) -> list[_Step]:
    found = []
    for site in sites:
        member = site.ask(colours)
        if member is not None and site.suspends(member) and not _is_lock(site):
            always = _is_always(unit, site.node)
            found.append(_Step(_place(unit, site.node), _called_on(unit, site.node), always))
    found.extend(
        _Step(_place(unit, node), None, always=True)
        for node in within(unit.node.body)
        if isinstance(node, cst.Attribute) and node.attr.value in attributes
    )
    return sorted(found, key=lambda step: step.place)


def _is_lock(site: Site) -> bool:
    """Say whether a site enters a lock, which needs nothing to be ready."""
    node = site.node
    return isinstance(node, cst.With) and bool(locks_entered(site.unit, node))


def _called_on(unit: Unit, node: cst.CSTNode) -> str | None:
    """Give the name of the method of its own object that ``node`` calls or enters."""
    if isinstance(node, cst.With):
        return _called_on(unit, node.items[0].item)
    func = node.func if isinstance(node, cst.Call) else None
    if isinstance(func, cst.Attribute) and isinstance(func.value, cst.Name):
        is_own = func.value.value == self_name(unit.function)
        return func.attr.value if is_own else None
    return None


def _is_always(unit: Unit, node: cst.CSTNode) -> bool:
    inner = node
    for outer in unit.module.source.ancestors(node):
        if outer is unit.node:
            return True
        asked = getattr(outer, "test", None) or getattr(outer, "iter", None)
        if isinstance(outer, _SOMETIMES) and (asked is not inner or isinstance(outer, cst.IfExp)):
            return False
        inner = outer
    return False


def _place(unit: Unit, node: cst.CSTNode) -> tuple[int, int]:
    """Give where ``node`` ends: what is called within it comes first."""
    last = node.items[-1].item if isinstance(node, cst.With) else node
    end = unit.module.source.positions[last].end
    return end.line, end.column
