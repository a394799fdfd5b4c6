"""What one state of a project has that another had not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from refactor_agent.domain.region import Region
from refactor_agent.locate.naming import plain_name
from refactor_agent.locate.sources import SourceLines

__all__ = ["regions_since"]

_Key = tuple[str, str, str, str]


def regions_since(
    now: Sequence[Region],
    lines: SourceLines,
    before: Sequence[Region],
    lines_before: SourceLines,
) -> tuple[Region, ...]:
    """Give the regions of ``now`` that ``before`` had not.

    A region is the same when its id is. It is the same too when code was moved, or formatted anew:
    the same call of a function of the same name leads to the same blocking call.
    """
    ids = {region.id for region in before}
    kept = {region.id for region in now} & ids
    moved = Counter(_key(region, lines_before) for region in before if region.id not in kept)
    found = []
    for region in now:
        if region.id in ids:
            continue
        key = _key(region, lines)
        if moved[key]:
            moved[key] -= 1
        else:
            found.append(region)
    return tuple(found)


def _key(region: Region, lines: SourceLines) -> _Key:
    text = lines.text(region.hops[0].site)
    return (
        region.rule,
        plain_name(region.entry).rpartition(".")[2],
        _unformatted(text),
        region.callee,
    )


def _unformatted(text: str) -> str:
    """Take out what a formatter may change: white space, last commas, the kind of quotes."""
    return re.sub(r"\s+|,(?=\s*[)\]}])", "", text).replace("'", '"')
