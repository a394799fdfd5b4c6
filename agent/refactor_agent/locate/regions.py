"""Chains as regions, with ids that survive edits elsewhere in the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from refactor_agent.domain.place import Site, Span
from refactor_agent.domain.region import Confidence, Hop, Region
from refactor_agent.locate.blocking import Blocker
from refactor_agent.locate.reach import Chain, Reach, Step
from refactor_agent.locate.sources import SourceLines
from refactor_agent.locate.terms import Place
from refactor_agent.tree import sha256

__all__ = ["Ids", "RegionMaker", "make_regions"]

_MOST_FUNCTIONS = 2
"""Functions with the same blocking call that are told apart behind one of an async function."""
_ONCE = 2
"""What the weight of a path is divided by of which a process runs the end but once."""
_NEAR = 5
"""Functions on a chain up to which they are; further off, one chain stands for them all."""


def make_regions(reach: Reach, lines: SourceLines) -> tuple[Region, ...]:
    """Give the regions that the entries of ``reach`` lead to, in the order of the files."""
    maker = RegionMaker(reach, lines)
    return tuple(region for entries in reach.files().values() for region in maker.of(entries))


class RegionMaker:
    """Makes the regions of one file after the other, and what they share once."""

    def __init__(self, reach: Reach, lines: SourceLines) -> None:
        self._reach = reach
        self._lines = lines
        self._hops = _Hops(reach)
        self._texts: dict[int, str] = {}
        """By the identity of a hop, which those hold."""

    def of(self, entries: Iterable[str]) -> Iterator[Region]:
        """Give the regions that start in ``entries``: those of one file."""
        ids = Ids()
        for chain in self.chains(entries):
            yield self.region(chain, ids.next(self.name(chain)))

    def chains(self, entries: Iterable[str]) -> Collection[Chain]:
        """Give the chains from ``entries`` that are told of, in the order of the lines."""
        return _chosen(self._reach.chains(entries))

    def name(self, chain: Chain) -> str:
        """Name a chain after what its ends say."""
        hops = self._hops.of(chain).hops
        texts = (self._text(hops[0]), self._text(hops[-1]))
        names = (*(hop.function for hop in hops), hops[-1].callee)
        return sha256("\0".join((chain.blocker.rule, *names, *texts)).encode())[:16]

    def region(self, chain: Chain, identifier: str) -> Region:
        """Give the region of a chain."""
        blocker, path = chain.blocker, self._hops.of(chain)
        return Region(
            id=identifier,
            rule=blocker.rule,
            hops=path.hops,
            weight=-(-blocker.weight // _ONCE) if path.once else blocker.weight,
            once=path.once,
            confidence=_confidence(blocker, path),
            category=blocker.category,
            snippet=self._lines.line(path.hops[-1].site),
        )

    def _text(self, hop: Hop) -> str:
        text = self._texts.get(id(hop))
        if text is None:
            text = self._texts[id(hop)] = self._lines.text(hop.site)
        return text


class Ids:
    """Counts the chains of a file that are named alike."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def next(self, name: str) -> str:
        """Give the id of the next chain of this name."""
        self._seen[name] += 1
        return name if self._seen[name] == 1 else f"{name}-{self._seen[name]}"


def _chosen(chains: Iterable[Chain]) -> Collection[Chain]:
    """Leave out chains that say little more than others.

    Of the functions that make the same blocking call behind one place of an async function, the
    nearest two are told apart where they are near: there may be hundreds.
    """
    found: dict[tuple[str, Place, str, str], Chain] = {}
    count: Counter[tuple[str, Place, str]] = Counter()
    for chain in sorted(chains, key=_order):
        first = chain.first
        start = (first.function.name, first.effect.place, chain.blocker.callee)
        key = (*start, chain.last)
        most = _MOST_FUNCTIONS if chain.length <= _NEAR else 1
        if key not in found and count[start] < most:
            count[start] += 1
            found[key] = chain
    return found.values()


def _order(chain: Chain) -> tuple[Place, int, str, str]:
    return chain.first.effect.place, chain.length, chain.blocker.callee, chain.last


class _Path(NamedTuple):
    """The hops of a chain or of its end, and whether each is certain to be taken."""

    hops: tuple[Hop, ...]
    certain: bool
    once: str = ""
    """The first function on it that keeps its result."""


class _Hops:
    """Makes hops, each once: many chains share their ends."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._known: dict[int, Hop] = {}
        """By the identity of a step, which the chains hold."""
        self._tails: dict[int, _Path] = {}
        """By the identity of a tail, which the reach holds."""

    def of(self, chain: Chain) -> _Path:
        """Give the hops of a chain."""
        tail = self._reach.tail(chain)
        known = self._tails.get(id(tail))
        if known is None:
            certain = all(step.effect.certain for step in tail)
            once = next(filter(None, map(self._reach.keeper, tail)), "")
            known = self._tails[id(tail)] = _Path(tuple(map(self._of, tail)), certain, once)
        hops = (self._of(chain.first), *known.hops)
        once = self._reach.keeper(chain.first) or known.once
        return _Path(hops, chain.first.effect.certain and known.certain, once)

    def _of(self, step: Step) -> Hop:
        hop = self._known.get(id(step))
        if hop is None:
            site = Site(step.function.module.file, Span(*step.effect.place))
            target = step.effect.target
            callee = target.callee if isinstance(target, Blocker) else target
            hop = self._known[id(step)] = Hop(function=step.function.name, site=site, callee=callee)
        return hop


def _confidence(blocker: Blocker, path: _Path) -> Confidence:
    if blocker.confidence != "high":
        return blocker.confidence
    return "high" if path.certain and not path.once else "medium"
