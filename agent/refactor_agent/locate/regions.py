"""Chains as regions, with ids that survive edits elsewhere in the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from refactor_agent.domain.place import Site, Span
from refactor_agent.domain.region import Confidence, Hop, Region
from refactor_agent.locate.blocking import Blocker
from refactor_agent.locate.reach import Chain, Step
from refactor_agent.locate.sources import SourceLines
from refactor_agent.tree import sha256

__all__ = ["make_regions"]


def make_regions(chains: Iterable[Chain], lines: SourceLines) -> tuple[Region, ...]:
    """Give the regions of ``chains``, in the order of the files."""
    found: dict[tuple[str, Site, str], Region] = {}
    for chain in sorted(chains, key=_order):
        hops = tuple(_hop(step) for step in chain.steps)
        key = (hops[0].function, hops[0].site, chain.blocker.callee)
        if key not in found:
            found[key] = _region(chain, hops, lines)
    return _with_ids(found.values(), lines)


def _order(chain: Chain) -> tuple[str, tuple[int, ...], int, str]:
    first = chain.steps[0]
    place = first.effect.place
    return first.function.module.file, place, len(chain.steps), chain.blocker.callee


def _hop(step: Step) -> Hop:
    site = Site(step.function.module.file, Span(*step.effect.place))
    target = step.effect.target
    callee = target.callee if isinstance(target, Blocker) else target
    return Hop(function=step.function.name, site=site, callee=callee)


def _region(chain: Chain, hops: tuple[Hop, ...], lines: SourceLines) -> Region:
    return Region(
        id="",
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


def _with_ids(regions: Iterable[Region], lines: SourceLines) -> tuple[Region, ...]:
    seen: Counter[str] = Counter()
    found = []
    for region in regions:
        texts = (lines.text(hop.site) for hop in (region.hops[0], region.hops[-1]))
        digest = sha256("\0".join((region.rule, *region.chain, *texts)).encode())[:16]
        seen[digest] += 1
        suffix = "" if seen[digest] == 1 else f"-{seen[digest]}"
        found.append(region.model_copy(update={"id": digest + suffix}))
    return tuple(found)
