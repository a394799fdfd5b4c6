"""Chains as regions, with ids that survive edits elsewhere in the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from refactor_agent.domain.place import Site, Span
from refactor_agent.domain.region import Confidence, Hop, Region
from refactor_agent.locate.blocking import Blocker
from refactor_agent.locate.reach import Chain, Step
from refactor_agent.locate.sources import SourceLines
from refactor_agent.locate.terms import Place
from refactor_agent.tree import sha256

__all__ = ["make_regions"]

_MOST_FUNCTIONS = 2
"""Functions with the same blocking call that are told apart behind one of an async function."""
_NEAR = 5
"""Functions on a chain up to which they are; further off, one chain stands for them all."""


def make_regions(chains: Iterable[Chain], lines: SourceLines) -> tuple[Region, ...]:
    """Give the regions of ``chains``, in the order of the files.

    Of the functions that make the same blocking call behind one place of an async function, the
    nearest two are told apart where they are near: there may be hundreds.
    """
    found: dict[tuple[str, Place, str, str], Chain] = {}
    count: Counter[tuple[str, Place, str]] = Counter()
    for chain in sorted(chains, key=_order):
        first, last = chain.steps[0], chain.steps[-1]
        start = (first.function.name, first.effect.place, chain.blocker.callee)
        key = (*start, last.function.name)
        most = _MOST_FUNCTIONS if len(chain.steps) <= _NEAR else 1
        if key not in found and count[start] < most:
            count[start] += 1
            found[key] = chain
    hops, ids = _Hops(), _Ids(lines)
    return tuple(_region(chain, hops.of(chain), ids, lines) for chain in found.values())


def _order(chain: Chain) -> tuple[str, Place, int, str, str]:
    first, last = chain.steps[0], chain.steps[-1]
    start = (first.function.module.file, first.effect.place, len(chain.steps))
    return *start, chain.blocker.callee, last.function.name


class _Hops:
    """Makes hops, each once: many chains share their ends."""

    def __init__(self) -> None:
        self._known: dict[int, Hop] = {}
        """By the identity of a step, which the chains hold."""

    def of(self, chain: Chain) -> tuple[Hop, ...]:
        """Give the hops of a chain."""
        return tuple(map(self._of, chain.steps))

    def _of(self, step: Step) -> Hop:
        hop = self._known.get(id(step))
        if hop is None:
            site = Site(step.function.module.file, Span(*step.effect.place))
            target = step.effect.target
            callee = target.callee if isinstance(target, Blocker) else target
            hop = self._known[id(step)] = Hop(function=step.function.name, site=site, callee=callee)
        return hop


class _Ids:
    """Names regions after what their ends say, and counts those that say the same."""

    def __init__(self, lines: SourceLines) -> None:
        self._lines = lines
        self._seen: Counter[str] = Counter()

    def of(self, rule: str, hops: tuple[Hop, ...]) -> str:
        """Give the id of the next region with these hops."""
        texts = (self._lines.text(hop.site) for hop in (hops[0], hops[-1]))
        chain = (*(hop.function for hop in hops), hops[-1].callee)
        digest = sha256("\0".join((rule, *chain, *texts)).encode())[:16]
        self._seen[digest] += 1
        return digest if self._seen[digest] == 1 else f"{digest}-{self._seen[digest]}"


def _region(chain: Chain, hops: tuple[Hop, ...], ids: _Ids, lines: SourceLines) -> Region:
    return Region(
        id=ids.of(chain.blocker.rule, hops),
        rule=chain.blocker.rule,
        hops=hops,
        weight=chain.blocker.weight,
        confidence=_confidence(chain),
        category=chain.blocker.category,
        snippet=lines.line(hops[-1].site),
    )


def _confidence(chain: Chain) -> Confidence:
    if chain.blocker.confidence != "high":
        return chain.blocker.confidence
    return "high" if all(step.effect.certain for step in chain.steps) else "medium"
