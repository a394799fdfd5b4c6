"""What a trace comes to: regions by the time they stole, and stalls that no region explains."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from refactor_agent.domain.region import Located, Region
from refactor_agent.trace.joining import Join, Joiner
from refactor_agent.trace.recording import Calls, Frame, Recording, Stack, Stall

__all__ = ["Cost", "Primitive", "RegionCost", "TraceReport", "Unexplained", "make_report"]

_STDLIB = re.compile(r"[/\\](?:python3\.\d+t?|Lib)[/\\](?!site-packages|dist-packages)")
_ASYNCIO = re.compile(r"[/\\](?:python3\.\d+t?|Lib)[/\\]asyncio[/\\]")
_IMPORTING = "<frozen importlib"


@dataclass(slots=True)
class Cost:
    """Time taken from the loop, in seconds."""

    stolen: float = 0.0
    stalls: int = 0
    worst: float = 0.0

    def add(self, seconds: float) -> None:
        """Add one stall's part."""
        self.stolen += seconds
        self.stalls += 1
        self.worst = max(self.worst, seconds)


@dataclass(slots=True)
class RegionCost:
    """What a region cost in this run."""

    region: Region
    cost: Cost = field(default_factory=Cost)
    calls: int = 0
    """Blocking primitives it was seen to call on the loop's thread."""


@dataclass(slots=True)
class Unexplained:
    """Stalls in one place that no region accounts for."""

    stack: Stack
    """The project's frames, relative; those of the libraries where the project has none."""
    beneath: Frame | None
    """The library function that the project called."""
    leaf: Frame | None
    """Where in the libraries the time went."""
    known: Region | None
    """A region that ends in the same call, but is entered elsewhere."""
    sampled: bool
    """False where the watchdog saw no stack: the one frame is what the loop called."""
    cost: Cost = field(default_factory=Cost)
    heaviest: float = 0.0


@dataclass(frozen=True, slots=True)
class Primitive:
    """A blocking primitive called on the loop's thread."""

    name: str
    place: Frame | None
    """The project's frame it comes from, else the innermost outside the standard library."""
    count: int
    seconds: float | None
    detail: str
    region: Region | None


@dataclass(slots=True)
class TraceReport:
    """A recording joined with what `locate` found."""

    recording: Recording
    regions: tuple[RegionCost, ...]
    """All of the project's, the most expensive first."""
    unexplained: tuple[Unexplained, ...]
    primitives: tuple[Primitive, ...]


def make_report(recording: Recording, located: Located, files: dict[str, Path]) -> TraceReport:
    """Join ``recording`` with ``located``; ``files`` maps the project's files to their paths."""
    tally = _Tally(located, Joiner(located, files))
    for process in recording.processes:
        for stall in process.stalls:
            tally.take_stall(stall)
        for calls in process.calls:
            tally.take_calls(calls)
    return tally.report(recording)


class _Tally:
    def __init__(self, located: Located, joiner: Joiner) -> None:
        self._joiner = joiner
        self._regions = {id(one): RegionCost(one) for one in located.regions}
        self._unexplained: dict[tuple[object, ...], Unexplained] = {}
        self._primitives: dict[tuple[object, ...], Primitive] = {}

    def take_stall(self, stall: Stall) -> None:
        """Share a stall among what its samples show."""
        parts: dict[int, tuple[Cost, float]] = {}
        for cost, seconds in self._parts(stall):
            before = parts.get(id(cost), (cost, 0.0))[1]
            parts[id(cost)] = (cost, before + seconds)
        for cost, seconds in parts.values():
            cost.add(seconds)

    def _parts(self, stall: Stall) -> Iterator[tuple[Cost, float]]:
        for stack, seconds in stall.samples:
            join = self._joiner.join(stack)
            if join.region is not None:
                yield self._regions[id(join.region)].cost, seconds
            else:
                yield self._other(join, stack, seconds).cost, seconds
        if not stall.samples:
            stack = (stall.callback,) if stall.callback else ()
            join = self._joiner.join(stack)
            bare = Join(join.frames, None, None, None)
            yield self._other(bare, stack, stall.held, sampled=False).cost, stall.held

    def _other(
        self, join: Join, stack: Stack, seconds: float, *, sampled: bool = True
    ) -> Unexplained:
        frames = join.frames or _without_importlib(stack)
        under = join.beneath and (join.beneath.file, join.beneath.name)
        key = (sampled, under, frames and (frames[-1].file, frames[-1].name))
        found = self._unexplained.get(key)
        if found is None or seconds > found.heaviest:
            cost = found.cost if found else Cost()
            found = Unexplained(frames, join.beneath, join.leaf, join.known, sampled, cost, seconds)
            self._unexplained[key] = found
        return found

    def take_calls(self, calls: Calls) -> None:
        """Add calls of a primitive, less what asyncio does for itself."""
        if _is_asyncios(calls.stack):
            return
        outer = _importer(calls.stack)
        name = calls.name if outer is None else "import"
        stack = calls.stack if outer is None else outer
        join = self._joiner.join(stack)
        place = join.frames[-1] if join.frames else _outside_stdlib(stack)
        if join.region is not None:
            self._regions[id(join.region)].calls += calls.count
        key = (name, place and place[:2])
        before = self._primitives.get(key)
        self._primitives[key] = Primitive(
            name=name,
            place=place,
            count=calls.count + (before.count if before else 0),
            seconds=_sum(calls.seconds, before.seconds if before else None),
            detail=before.detail if before else calls.detail,
            region=join.region or (before.region if before else None),
        )

    def report(self, recording: Recording) -> TraceReport:
        """Give it all, the heaviest first."""
        regions = sorted(self._regions.values(), key=lambda one: (-one.cost.stolen, -one.calls))
        others = sorted(self._unexplained.values(), key=lambda one: -one.cost.stolen)
        primitives = sorted(
            self._primitives.values(), key=lambda one: (-(one.seconds or 0.0), -one.count)
        )
        return TraceReport(recording, tuple(regions), tuple(others), tuple(primitives))


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None and other is None else (one or 0.0) + (other or 0.0)


def _is_asyncios(stack: Stack) -> bool:
    """Say whether asyncio itself made the call, as it does when it starts a process."""
    for frame in reversed(stack):
        if _ASYNCIO.search(frame.file):
            return True
        if not _STDLIB.search(frame.file):
            return False
    return False


def _importer(stack: Stack) -> Stack | None:
    """Give the part of a stack that lies outside its imports; None where nothing is imported."""
    for at, frame in enumerate(stack):
        if frame.file.startswith(_IMPORTING):
            return stack[:at]
    return None


def _without_importlib(stack: Stack) -> Stack:
    return tuple(frame for frame in stack if not frame.file.startswith(_IMPORTING)) or stack


def _outside_stdlib(stack: Stack) -> Frame | None:
    for frame in reversed(stack):
        if not frame.file.startswith("<") and not _STDLIB.search(frame.file):
            return frame
    return stack[-1] if stack else None
