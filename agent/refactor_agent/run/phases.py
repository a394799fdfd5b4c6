"""Where a run's time went, by its audit log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

__all__ = ["BASELINE", "COMBINED", "seconds_by_phase"]

BASELINE, COMBINED = "baseline", "combined"
"""Audit events: the suite was run before any change; the sum was judged."""

_PHASES = {
    "locating": ("located",),
    "planning": ("planned",),
    "tests before any change": (BASELINE,),
    "change sets": ("judged", "fault"),
    "waiting for a person": ("reviewed",),
    "all together": (COMBINED,),
}
"""Each phase, and the events of which the last ends it."""


def seconds_by_phase(events: Sequence[Mapping[str, object]]) -> Mapping[str, float]:
    """Give the wall time between the events that end phases, in seconds.

    A phase that did not take place is left out. Where a run was killed and resumed, the time
    between is part of the phase that it was in.
    """
    ends = list(_ends(events))
    return {
        phase: round((end - start).total_seconds(), 1)
        for (_, start), (phase, end) in pairwise(ends)
    }


def _ends(events: Sequence[Mapping[str, object]]) -> Iterator[tuple[str, datetime]]:
    times: dict[str, datetime] = {}
    for event in events:
        times[str(event["event"])] = datetime.fromisoformat(str(event["time"]))
    if "started" not in times:
        return
    yield "", times["started"]
    for phase, names in _PHASES.items():
        found = [times[name] for name in names if name in times]
        if found:
            yield phase, max(found)
