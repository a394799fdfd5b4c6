"""Units of change, in an order in which each stands on none but those before it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

__all__ = ["Unit", "stacked", "strongly_connected"]

Uses = Mapping[str, Collection[str]]
"""What each name uses, by name; names that use each other in a circle are one."""


@dataclass
class Unit:
    """Names that change together, and the tests that show them."""

    names: frozenset[str]
    tests: frozenset[str] = frozenset()
    below: set[int] = field(default_factory=set)
    """The units before it, by number, that it uses: all of them, not only directly."""


def stacked(
    uses: Uses, tests: Uses, support: Collection[str] = (), alone: Collection[str] = ()
) -> list[Unit]:
    """Part the names of ``uses`` into units.

    A test belongs to the last unit of those that it exercises. What only tests use (``support``:
    fixtures) joins the last unit that it uses itself; so does, the other way, a unit that no test
    exercises by itself and that one other alone uses. What is in ``alone`` is joined by nothing.
    """
    groups = [set(group) for group in strongly_connected(uses)]
    home = {name: number for number, group in enumerate(groups) for name in group}
    own = {test: max((home[n] for n in names), default=None) for test, names in tests.items()}
    joins: dict[int, int] = {}

    def now(number: int) -> int:
        while number in joins:
            number = joins[number]
        return number

    for number, group in enumerate(groups):
        below = {now(home[other]) for name in group for other in uses[name]} - {number}
        if group <= set(support) and below:
            joins[number] = max(below)
    for number in range(len(groups)):
        if number in joins or number in {now(at) for at in own.values() if at is not None}:
            continue
        users = {
            now(home[name])
            for name, used in uses.items()
            for other in used
            if now(home[other]) == number
        } - {number}
        if len(users) == 1 and not any(groups[u] & set(alone) for u in users):
            joins[number] = users.pop()
    return _units(groups, uses, tests, [now(number) for number in range(len(groups))])


def _units(groups: list[set[str]], uses: Uses, tests: Uses, home: list[int]) -> list[Unit]:
    number_of = {name: home[number] for number, group in enumerate(groups) for name in group}
    kept = sorted(set(home))
    units: list[Unit] = []
    for number in kept:
        names = frozenset(name for name, at in number_of.items() if at == number)
        shown = frozenset(
            test
            for test, used in tests.items()
            if max((number_of[name] for name in used), default=-1) == number
        )
        asked = {other for name in names for other in uses[name]}
        asked.update(name for test in shown for name in tests[test])
        unit = Unit(names, shown)
        for other in {number_of[name] for name in asked} - {number}:
            at = kept.index(other)
            unit.below |= {at, *units[at].below}
        units.append(unit)
    return units


def strongly_connected(uses: Uses) -> Iterator[tuple[str, ...]]:
    """Give the names in groups that use each other, those that are used first (Tarjan's way)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    for root in uses:
        work = [(root, iter(sorted(uses[root])))] if root not in index else []
        while work:
            name, rest = work[-1]
            if name not in index:
                index[name] = low[name] = len(index)
                stack.append(name)
            after = next((other for other in rest if other in uses and other not in index), None)
            if after is not None:
                work.append((after, iter(sorted(uses[after]))))
                continue
            work.pop()
            low[name] = min([low[name], *(low[o] for o in uses[name] if o in stack)])
            if low[name] == index[name]:
                at = stack.index(name)
                yield tuple(stack[at:])
                del stack[at:]
