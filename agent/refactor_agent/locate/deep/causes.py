"""Which functions of a library block, each with the worst call it is sure to lead to."""

from __future__ import annotations

import heapq
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple

from refactor_agent.domain.category import Category
from refactor_agent.locate.blocking import Blocker
from refactor_agent.locate.deep.conditions import Conditions
from refactor_agent.locate.deep.summary import Cause
from refactor_agent.locate.effects import Effect, Effects
from refactor_agent.locate.overrides import is_abstract
from refactor_agent.locate.resolve.index import ProjectFunction

__all__ = ["find_causes"]

_LEAST_WEIGHT = 3
"""Lighter calls don't make a library function a blocking one: a ``stat``, an uncontended lock,
an ``mkdir`` are what nearly every library does somewhere."""
_LONGEST = 12
"""Calls after which a chain is no evidence any more: too many conditions lie on it."""
_ONCE = ("cache", "lru_cache", "cached_property", "cached", "memoize")
"""Decorators of functions that do their work the first time only."""
_WAITS: frozenset[Category] = frozenset(
    {"network", "database", "disk", "process", "sleep", "lock", "other"}
)
"""What a library function may wait for. It computes, imports and prints as every function does."""
_HEAVY = 5
"""Weight from which a chain counts though something else may run at one of its steps."""
_SELDOM_WAITS = re.compile(r"queue\.\w+\.put|os\.(read|write)|os\.fdopen")
"""Calls that wait only where a program is too slow anyway, and those on descriptors, which may as
well be a pipe to itself."""


class _Way(NamedTuple):
    """How a function gets to a blocking call."""

    weight: int
    doubtful: bool
    length: int
    function: str
    effect: Effect


class _Waiting:
    """Ways in order: the worst first, then the surest, then the shortest, then the first given."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, bool, int, int, _Way]] = []
        self._count = 0

    def add(self, way: _Way) -> None:
        self._count += 1
        rank = (-way.weight, way.doubtful, way.length, self._count)
        heapq.heappush(self._heap, (*rank, way))

    def __iter__(self) -> Iterator[_Way]:
        while self._heap:
            yield heapq.heappop(self._heap)[-1]


def find_causes(
    effects: Effects, known: Callable[[str], Cause | None], conditions: Conditions
) -> dict[str, Cause]:
    """Give every sync function that leads to a blocking call, with its chain.

    ``known`` says why a call into another library blocks. Steps in ``except`` bodies and into
    functions that keep their result don't count, nor do those to a light call under a condition:
    it may be meant for other arguments.
    """
    waiting = _Waiting()
    callers: dict[str, list[tuple[ProjectFunction, Effect]]] = defaultdict(list)
    for function in _functions(effects):
        for effect in _counting(effects, function):
            if isinstance(effect.target, str):
                callers[effect.target].append((function, effect))
                continue
            way = _first_way(function.name, effect, effect.target, known)
            if way is not None and _counts(way, function, conditions):
                waiting.add(way)
    settled: dict[str, _Way] = {}
    for way in waiting:
        if way.function in settled:
            continue
        settled[way.function] = way
        for caller, effect in callers[way.function] if way.length < _LONGEST else ():
            doubtful = way.doubtful or not effect.certain
            longer = _Way(way.weight, doubtful, way.length + 1, caller.name, effect)
            if caller.name not in settled and _counts(longer, caller, conditions):
                waiting.add(longer)
    return {name: _cause(name, settled, known) for name in settled}


def _counts(way: _Way, function: ProjectFunction, conditions: Conditions) -> bool:
    """Say whether a way is sure enough for how heavy it is."""
    if way.weight >= _HEAVY:
        return True
    return not way.doubtful and not conditions.hold_back(function, way.effect.place)


def _functions(effects: Effects) -> Iterator[ProjectFunction]:
    for function in effects.evaluator.index.functions.values():
        if function.facts.parent >= 0 and not function.facts.is_async:
            yield function


def _counting(effects: Effects, function: ProjectFunction) -> Iterator[Effect]:
    if function.has_decorator(*_ONCE):
        return
    in_handlers = {call.place for call in function.body.calls if "handler" in call.frames}
    run = effects.of(function)
    functions = effects.evaluator.index.functions
    settled = {
        effect.place
        for effect in run
        if effect.certain
        and isinstance(effect.target, str)
        and not is_abstract(functions[effect.target])
    }
    for effect in run:
        # Where a method is known, what some subclass would run in its place is no evidence.
        is_override = not effect.certain and effect.place in settled
        if effect.place not in in_handlers and not is_override:
            yield effect


def _first_way(
    name: str, effect: Effect, blocker: Blocker, known: Callable[[str], Cause | None]
) -> _Way | None:
    if blocker.weight < _LEAST_WEIGHT or blocker.category not in _WAITS:
        return None
    if blocker.confidence == "low" or _SELDOM_WAITS.fullmatch(blocker.callee):
        return None
    inner = known(blocker.callee)
    doubtful = not effect.certain or blocker.confidence != "high"
    length = 1 + (len(inner.chain) if inner is not None else 0)
    return _Way(blocker.weight, doubtful, length, name, effect)


def _cause(name: str, settled: dict[str, _Way], known: Callable[[str], Cause | None]) -> Cause:
    first = settled[name]
    chain: list[str] = []
    way = first
    while isinstance(target := way.effect.target, str):
        chain.append(_plain(target))
        way = settled[target]
    inner = known(target.callee)
    chain.append(target.callee)
    chain.extend(inner.chain if inner is not None else ())
    return Cause(target.rule, target.category, target.weight, not first.doubtful, tuple(chain))


def _plain(name: str) -> str:
    return name.partition("#")[0] if "#" in name else name
