"""What is known of the parameters of a function on a chain, and what it does not run for that."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TypeAlias

from refactor_agent.locate.effects import Effect
from refactor_agent.locate.given import OWN_PARAMETER
from refactor_agent.locate.stretches import covers
from refactor_agent.locate.summary import Guard
from refactor_agent.locate.terms import Place

__all__ = ["Flags", "Known", "fails"]

Known: TypeAlias = tuple[tuple[str, str], ...]
"""Parameters that are known, each with its value as source, in the order of their names."""

_MOST_KNOWN = 12
"""Different calls of one function that are told apart; for more of them nothing is known."""


class Flags:
    """Follows what calls pass for parameters, where it decides what runs in the end."""

    def __init__(
        self, guards: Mapping[str, tuple[Guard, ...]], effects: Mapping[str, Sequence[Effect]]
    ) -> None:
        self._guards = {name: own for name, own in guards.items() if own}
        self._matter = _that_matter(self._guards, effects)
        self._seen: dict[tuple[str, str], set[Known]] = defaultdict(set)

    def __bool__(self) -> bool:
        """Say whether there are any."""
        return bool(self._matter)

    def runs(self, name: str, known: Known, effect: Effect) -> bool:
        """Say whether a function may have an effect where ``known`` is known of its parameters."""
        return not known or not any(self.failing(name, known, effect.place))

    def failing(self, name: str, known: Known, place: Place) -> Iterator[tuple[Guard, str]]:
        """Give each guard of a place that does not hold, with what its parameter is."""
        values = dict(known)
        for guard in self._guards.get(name, ()) if known else ():
            value = values.get(guard.parameter)
            if value is not None and covers(guard.place, place) and fails(guard, value):
                yield guard, value

    def passed(self, known: Known, effect: Effect, receiver: str) -> Known:
        """Say what the callee of ``effect`` knows, where it matters to what it runs."""
        matter = self._matter.get(effect.target) if isinstance(effect.target, str) else None
        if not matter or not effect.given or not isinstance(effect.target, str):
            return ()
        own = dict(known)
        values = ((name, _value(said, own)) for name, said in effect.given if name in matter)
        passed = tuple(sorted((name, value) for name, value in values if value is not None))
        seen = self._seen[effect.target, receiver]
        if len(seen) >= _MOST_KNOWN and passed not in seen:
            return ()
        seen.add(passed)
        return passed


def _value(said: str, own: Mapping[str, str]) -> str | None:
    return own.get(said[1:]) if said.startswith(OWN_PARAMETER) else said[1:]


def _that_matter(
    guards: Mapping[str, Iterable[Guard]], effects: Mapping[str, Sequence[Effect]]
) -> dict[str, set[str]]:
    """Give for each function the parameters on whose value it depends what it runs."""
    found: dict[str, set[str]] = defaultdict(set)
    waiting: list[tuple[str, str]] = []
    for name, own in guards.items():
        places = {effect.place for effect in effects[name]}
        waiting.extend(
            (name, guard.parameter)
            for guard in own
            if any(covers(guard.place, place) for place in places)
        )
    callers = _passing(effects)
    while waiting:
        name, parameter = waiting.pop()
        if parameter not in found[name]:
            found[name].add(parameter)
            waiting.extend(callers.get((name, parameter), ()))
    return found


def _passing(
    effects: Mapping[str, Sequence[Effect]],
) -> Mapping[tuple[str, str], list[tuple[str, str]]]:
    """Give for each parameter of a function the parameters that callers pass for it."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for caller, own in effects.items():
        for effect in own:
            for name, said in effect.given:
                if said.startswith(OWN_PARAMETER) and isinstance(effect.target, str):
                    found[effect.target, name].append((caller, said[1:]))
    return found


def fails(guard: Guard, value: str) -> bool:
    """Say whether a test of a parameter cannot be as wanted where that is ``value``."""
    truth = _truth(guard.test, guard.against, value)
    return truth is not None and truth is not guard.wanted


@cache
def _truth(test: str, against: str, value: str) -> bool | None:
    """Say how a test comes out; ``None`` where that is not known."""
    known, other = ast.literal_eval(value), ast.literal_eval(against)
    if test == "isa":
        return False if _classes(known).isdisjoint(other) and known is not ... else None
    if isinstance(known, set):  # only its class is known
        return None
    if known is ...:
        return False if test == "is" and other is None else None
    if test == "true":
        return bool(known)
    if test == "is":
        return known is other
    return known in other if test == "in" else bool(known == other)


def _classes(known: object) -> set[str]:
    """Give the names of the classes that a value is of: itself such names, or a constant."""
    return known if isinstance(known, set) else {f"builtins.{type(known).__name__}"}
