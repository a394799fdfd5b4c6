"""The shortest chain from each function to each blocking call it runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, NamedTuple, Protocol, TypeVar

from refactor_agent.locate.blocking import Blocker
from refactor_agent.locate.effects import Effect
from refactor_agent.locate.suppressed import BlockedPlace, Running, is_suppressed

__all__ = ["Chain", "Reach", "Step"]


class Step(NamedTuple):
    """One function on a chain, and the effect by which the chain leaves it."""

    function: Running
    effect: Effect


class Chain(NamedTuple):
    """From a function to a blocking call; `Reach.tail` gives what lies between."""

    first: Step
    length: int
    """As many functions lie on it, both ends counted."""
    last: str
    """The function that makes the blocking call."""
    blocker: Blocker
    ending: int
    """Stands for the last two in the `Reach` that made it."""


class _Way(NamedTuple):
    """The first step of the shortest chain to an ending, and the chain's length."""

    effect: Effect
    length: int


class _Ending(NamedTuple):
    """What chains end in."""

    function: str
    blocker: Blocker


_NOWHERE: Mapping[int, _Way] = {}

F = TypeVar("F", bound=Running)


class RunBy(Protocol[F]):
    """Knows what functions run; `refactor_agent.locate.effects.Effects` does."""

    @property
    def functions(self) -> Mapping[str, F]:
        """The functions of the project by qualified name."""
        ...

    def of(self, function: F, /) -> tuple[Effect, ...]:
        """Give what the body of ``function`` runs."""
        ...


class Reach(Generic[F]):
    """Chains from entries to blockers, through functions that run on the caller's thread."""

    def __init__(self, effects: RunBy[F], entries: Iterable[F]) -> None:
        self._effects = effects
        self._functions = effects.functions
        self._next: dict[str, dict[int, _Way]] = {}
        """For each sync function: the ways to the endings behind it."""
        self._endings: list[_Ending] = []
        self._tails: dict[tuple[str, int], tuple[Step, ...]] = {}
        self._steps: dict[tuple[str, int], Step] = {}
        """By function and the identity of the effect, which `_next` holds."""
        self._entries = list(entries)
        self._propagate(self._collect())

    def chains(self) -> Iterable[Chain]:
        """Give one chain for each entry, effect in it, and blocking call behind that effect."""
        for entry in self._entries:
            for effect in self._usable(entry):
                first = Step(entry, effect)
                if isinstance(effect.target, Blocker):
                    yield Chain(first, 1, entry.name, effect.target, -1)
                    continue
                for number, way in self._next.get(effect.target, _NOWHERE).items():
                    last, blocker = self._endings[number]
                    if not is_suppressed(entry, effect.place, blocker.rule):
                        yield Chain(first, 1 + way.length, last, blocker, number)

    def tail(self, chain: Chain) -> tuple[Step, ...]:
        """Give what follows the first step, in turn to the blocking call; chains share it."""
        target = chain.first.effect.target
        return self._tail(target, chain.ending) if isinstance(target, str) else ()

    def blocked(self) -> Iterator[BlockedPlace]:
        """Give every place with a comment that a chain leads through, or would but for it."""
        reached = (self._functions[name] for name in self._next)
        for function in (*self._entries, *reached):
            for effect in self._effects.of(function) if function.module.summary.ignores else ():
                for blocker in self.behind(effect):
                    yield BlockedPlace(function, effect.place, blocker.rule)

    def behind(self, effect: Effect) -> Iterable[Blocker]:
        """Give what an effect blocks in, comments on its own line apart."""
        target = effect.target
        if isinstance(target, Blocker):
            return (target,)
        return dict.fromkeys(self._endings[number].blocker for number in self._next.get(target, ()))

    def reaches(self, function: F) -> bool:
        """Say whether an entry runs ``function``, or it is one."""
        return function.name in self._next or any(entry is function for entry in self._entries)

    def blocks(self, function: F) -> bool:
        """Say whether a sync function that an entry runs leads to a blocking call."""
        return bool(self._next.get(function.name))

    def _tail(self, name: str, ending: int) -> tuple[Step, ...]:
        """Give the steps from a sync function to an ending."""
        known = self._tails.get((name, ending))
        if known is not None:
            return known
        steps: list[Step] = []
        target: str | Blocker = name
        while isinstance(target, str):
            steps.append(self._step(target, ending))
            target = steps[-1].effect.target
        tail = self._tails[name, ending] = tuple(steps)
        return tail

    def _step(self, name: str, ending: int) -> Step:
        effect = self._next[name][ending].effect
        step = self._steps.get((name, id(effect)))
        if step is None:
            step = self._steps[name, id(effect)] = Step(self._functions[name], effect)
        return step

    def _usable(self, function: F) -> list[Effect]:
        return [
            effect
            for effect in self._effects.of(function)
            if not isinstance(effect.target, Blocker)
            or not is_suppressed(function, effect.place, effect.target.rule)
        ]

    def _collect(self) -> dict[str, list[Effect]]:
        """Gather the effects of every function that an entry reaches."""
        found: dict[str, list[Effect]] = {}
        waiting = [
            effect.target
            for entry in self._entries
            for effect in self._effects.of(entry)
            if isinstance(effect.target, str)
        ]
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found[name] = self._usable(self._functions[name])
            waiting.extend(
                effect.target for effect in found[name] if isinstance(effect.target, str)
            )
        return found

    def _propagate(self, effects: dict[str, list[Effect]]) -> None:
        """Carry endings from callees to callers, one call a round: the first is the shortest."""
        callers: dict[str, list[tuple[str, Effect]]] = defaultdict(list)
        fresh: dict[tuple[str, int], None] = {}
        for name in sorted(effects):
            own = self._next[name] = {}
            known: set[Blocker] = set()
            for effect in effects[name]:
                if isinstance(effect.target, str):
                    callers[effect.target].append((name, effect))
                elif effect.target not in known:
                    known.add(effect.target)
                    own[len(self._endings)] = _Way(effect, 1)
                    fresh[name, len(self._endings)] = None
                    self._endings.append(_Ending(name, effect.target))
        length = 1
        while fresh:
            length += 1
            following: dict[tuple[str, int], None] = {}
            for callee, ending in fresh:
                for name, effect in callers[callee]:
                    if ending in self._next[name]:
                        continue
                    rule = self._endings[ending].blocker.rule
                    if not is_suppressed(self._functions[name], effect.place, rule):
                        self._next[name][ending] = _Way(effect, length)
                        following[name, ending] = None
            fresh = following
