"""Regions for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from refactor_agent.domain.region import Hop, Located, Region
from refactor_agent.domain.suppression import Remark
from refactor_agent.locate.naming import plain_name

__all__ = ["regions_as_json"]


def regions_as_json(located: Located, remarks: Iterable[Remark] = ()) -> str:
    """Render regions as JSON: an object with ``regions``, ``skipped`` and ``remarks``.

    Each region says where its async function enters the chain (``file``, ``line``), the
    ``function``, ``callee``, ``kind``, ``chain`` and ``hops``, how sure and how heavy it is, what
    the loop waits for (``category``), and what the project has at hand: an async ``twin`` of a
    function on the chain, or a place where one runs on a worker thread (``offloaded_at``).
    """
    parts: dict[str, Iterable[Mapping[str, object]]] = {
        "regions": map(_Records().of, located.regions),
        "skipped": ({"file": item.file, "reason": item.reason} for item in located.skipped),
        "remarks": (remark.model_dump() for remark in remarks),
    }
    return "{\n" + ",\n".join(_list(name, items) for name, items in parts.items()) + "\n}"


def _list(name: str, items: Iterable[Mapping[str, object]]) -> str:
    """Write one item a line: for people who compare two scans, and fast."""
    lines = ",\n".join(f"    {json.dumps(item)}" for item in items)
    return f'  "{name}": [\n{lines}\n  ]' if lines else f'  "{name}": []'


class _Records:
    """Makes the records of regions; the hops that they share, each once."""

    def __init__(self) -> None:
        self._hops: dict[int, dict[str, object]] = {}

    def of(self, region: Region) -> dict[str, object]:
        first = region.hops[0].site
        hops = [self._hop(hop) for hop in region.hops]
        return {
            "id": region.id,
            "file": first.file,
            "line": first.span.line,
            "column": first.span.column + 1,
            "function": plain_name(region.entry),
            "callee": region.callee,
            "kind": region.kind,
            "chain": [*(hop["function"] for hop in hops), hops[-1]["callee"]],
            "hops": hops,
            "rule": region.rule,
            "weight": region.weight,
            "severity": region.severity,
            "confidence": region.confidence,
            "evidence": region.evidence,
            "inside": list(region.inside),
            "category": region.category,
            "twin": plain_name(region.twin.name) if region.twin else None,
            "offloaded_at": _offload(region.offloaded_at),
            "snippet": region.snippet,
        }

    def _hop(self, hop: Hop) -> dict[str, object]:
        record = self._hops.get(id(hop))  # the regions hold on to their hops
        if record is None:
            record = self._hops[id(hop)] = {
                "function": plain_name(hop.function),
                "file": hop.site.file,
                "line": hop.site.span.line,
                "callee": plain_name(hop.callee),
            }
        return record


def _offload(hop: Hop | None) -> dict[str, object] | None:
    if hop is None:
        return None
    return {
        "function": plain_name(hop.callee),
        "file": hop.site.file,
        "line": hop.site.span.line,
        "in": plain_name(hop.function),
    }
