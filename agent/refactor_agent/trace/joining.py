"""Finds the static region that a stack is a run of."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.domain.place import Site, Span
from refactor_agent.domain.region import Hop, Located, Region
from refactor_agent.trace.recording import Frame, Stack

__all__ = ["Join", "Joiner"]


class Join(NamedTuple):
    """What a stack was found to be."""

    frames: Stack
    """The project's own frames, with files relative to its root."""
    beneath: Frame | None
    """The library function that the innermost of them called, where it is one in Python."""
    leaf: Frame | None
    """The innermost frame of all, where it is another one than these."""
    region: Region | None
    """The region that runs along the stack."""
    known: Region | None = None
    """Where there is none: a region that ends in the same call, but is entered elsewhere."""


class Joiner:
    """Matches hops with frames by file and line.

    A region is a stack's when the innermost project frame stands in the region's blocking call,
    and an outer one where its async function enters the chain. The hops between may differ, since
    `locate` keeps one chain of several; of several regions, the one with most hops on the stack.
    """

    def __init__(self, located: Located, files: Mapping[str, Path]) -> None:
        self._located = located
        self._files = {os.path.realpath(path): file for file, path in files.items()}
        self._relative: dict[str, str | None] = {}
        self._ending: dict[str, list[Region]] = defaultdict(list)
        for region in located.regions:
            self._ending[region.hops[-1].site.file].append(region)
        self._joins: dict[Stack, Join] = {}

    def join(self, stack: Stack) -> Join:
        """Say which region ``stack`` is a run of."""
        if stack not in self._joins:
            self._joins[stack] = self._join(stack)
        return self._joins[stack]

    def _join(self, stack: Stack) -> Join:
        own = [(at, file) for at, frame in enumerate(stack) if (file := self._own(frame.file))]
        if not own:
            return Join((), None, None, None)
        frames = tuple(stack[at]._replace(file=file) for at, file in own)
        inner = own[-1][0] + 1
        beneath = stack[inner] if inner < len(stack) else None
        leaf = stack[-1] if inner + 1 < len(stack) else None
        candidates = self._ending[frames[-1].file]
        for graph in (None, self._located.graph) if candidates else ():
            ending = [one for one in candidates if _stands_in(frames[-1], one.hops[-1], graph)]
            scored = [(_score(one, frames, graph), -len(one.hops), one) for one in ending]
            best = max(scored, key=lambda one: one[:2], default=None)
            if best is not None and best[0]:
                return Join(frames, beneath, leaf, best[2])
            if ending:
                return Join(frames, beneath, leaf, None, ending[0])
        return Join(frames, beneath, leaf, None)

    def _own(self, file: str) -> str | None:
        if file not in self._relative:
            self._relative[file] = self._files.get(os.path.realpath(file))
        return self._relative[file]


def _score(region: Region, frames: Stack, graph: CallGraph | None) -> int:
    """Count the hops that stand on the stack, in order; 0 unless the first is among them."""
    found = 0
    position = 0
    for hop in region.hops:
        for at in range(position, len(frames)):
            if _stands_in(frames[at], hop, graph):
                found += 1
                position = at + 1
                break
        else:
            if not found:
                return 0
    return found


def _stands_in(frame: Frame, hop: Hop, graph: CallGraph | None) -> bool:
    return any(
        site.file == frame.file and _covers(site.span, frame.line) for site in _sites(hop, graph)
    )


def _sites(hop: Hop, graph: CallGraph | None) -> Iterable[Site]:
    """Give the places of a hop; with a graph, every call of the same callee in its function."""
    yield hop.site
    if graph is not None:
        for call in graph.calls_in(hop.function):
            if hop.callee in call.callees:
                yield call.site


def _covers(span: Span, line: int) -> bool:
    return span.line <= line <= span.end_line
