"""Regions for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from refactor_agent.domain.region import Hop, Located, Region
from refactor_agent.domain.suppression import Remark
from refactor_agent.locate.naming import plain_name

__all__ = ["json_parts", "regions_as_json"]


def regions_as_json(located: Located, remarks: Iterable[Remark] = ()) -> str:
    """Render regions as JSON, as `json_parts` says."""
    return "".join(json_parts(located, remarks))


def json_parts(located: Located, remarks: Iterable[Remark] = ()) -> Iterator[str]:
    """Render regions as JSON, in parts: an object with ``regions``, ``skipped`` and ``remarks``.

    Each region says where its async function enters the chain (``file``, ``line``), the
    ``function``, ``callee``, ``kind``, ``chain`` and ``hops``, how sure and how heavy it is, what
    the loop waits for (``category``), which function on the chain keeps its result (``once``), and
    what the project has at hand: an async ``twin`` of a function on the chain, or a place where one
    runs on a worker thread (``offloaded_at``).
    """
    lines = _Lines()
    skipped = [{"file": one.file, "reason": one.reason} for one in located.skipped]
    yield '{\n  "regions": ['
    yield from _joined(located.written(lambda region: f"    {lines.of(region)}"))
    yield '],\n  "skipped": ['
    yield from _joined([[f"    {json.dumps(record)}" for record in skipped]])
    yield '],\n  "remarks": ['
    yield from _joined([[f"    {json.dumps(remark.model_dump())}" for remark in remarks]])
    yield "]\n}"


def _joined(groups: Iterable[Iterable[str]]) -> Iterator[str]:
    """Write the inside of a list, one item a line: for people who compare two scans, and fast."""
    before = "\n"
    for group in map(",\n".join, groups):
        if group:
            yield before
            yield group
            before = ",\n"
    if before != "\n":
        yield "\n  "


class _Lines:
    """Writes regions; the hops and the ends of chains that they share, each once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[str, str]] = {}
        self._ends: dict[tuple[int, ...], tuple[str, str]] = {}

    def of(self, region: Region) -> str:
        """Write one region, its chain and hops at the end."""
        start = json.dumps(_record(region)).removesuffix("}")
        name, hop = self._hop(region.hops[0])
        names, hops = self._end(region.hops[1:])
        last = json.dumps(plain_name(region.callee))
        return f'{start}, "chain": [{name}{names}, {last}], "hops": [{hop}{hops}]}}'

    def _end(self, hops: tuple[Hop, ...]) -> tuple[str, str]:
        """Give the names of the functions of ``hops``, and the hops, each with a comma before."""
        key = tuple(map(id, hops))
        known = self._ends.get(key)
        if known is None:
            written = [self._hop(hop) for hop in hops]
            known = (
                "".join(f", {name}" for name, _ in written),
                "".join(f", {h}" for _, h in written),
            )
            self._ends[key] = known
        return known

    def _hop(self, hop: Hop) -> tuple[str, str]:
        """Give the name of a hop's function, and the hop."""
        known = self._known.get(id(hop))  # the regions hold on to their hops
        if known is None:
            record = {
                "function": plain_name(hop.function),
                "file": hop.site.file,
                "line": hop.site.span.line,
                "callee": plain_name(hop.callee),
            }
            known = json.dumps(record["function"]), json.dumps(record)
            self._known[id(hop)] = known
        return known


def _record(region: Region) -> dict[str, object]:
    first = region.hops[0].site
    return {
        "id": region.id,
        "file": first.file,
        "line": first.span.line,
        "column": first.span.column + 1,
        "function": plain_name(region.entry),
        "callee": region.callee,
        "kind": region.kind,
        "rule": region.rule,
        "weight": region.weight,
        "severity": region.severity,
        "confidence": region.confidence,
        "evidence": region.evidence,
        "inside": list(region.inside),
        "once": plain_name(region.once) or None,
        "category": region.category,
        "twin": plain_name(region.twin.name) if region.twin else None,
        "offloaded_at": _offload(region.offloaded_at),
        "snippet": region.snippet,
    }


def _offload(hop: Hop | None) -> dict[str, object] | None:
    if hop is None:
        return None
    return {
        "function": plain_name(hop.callee),
        "file": hop.site.file,
        "line": hop.site.span.line,
        "in": plain_name(hop.function),
    }
