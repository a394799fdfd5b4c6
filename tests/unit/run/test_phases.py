"""Where a run's time went."""

from __future__ import annotations

import pytest

from refactor_agent.run.phases import seconds_by_phase


def at(seconds: float, event: str) -> dict[str, object]:
    minutes, rest = divmod(seconds, 60)
    return {"event": event, "time": f"2026-03-01T12:{minutes:02.0f}:{rest:06.3f}+00:00"}


CASES = {
    "nothing": ([], {}),
    "nothing to verify": (
        [(0, "started"), (1.25, "located"), (1.5, "planned"), (1.6, "combined"), (2, "finished")],
        {"locating": 1.2, "planning": 0.2, "all together": 0.1},
    ),
    "the last verdict ends the change sets": (
        [(0, "started"), (1, "located"), (2, "planned"), (62, "baseline"), (62.5, "proposed"),
         (64, "judged"), (67, "judged"), (66, "fault"), (127, "combined"), (127.5, "decided")],
        {"locating": 1, "planning": 1, "tests before any change": 60, "change sets": 5,
         "all together": 60},
    ),
    "a person is no part of the machine's time": (
        [(0, "started"), (1, "located"), (1, "planned"), (2, "baseline"), (3, "judged"),
         (3000, "reviewed"), (3001, "combined")],
        {"locating": 1, "planning": 0, "tests before any change": 1, "change sets": 1,
         "waiting for a person": 2997, "all together": 1},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("events", "seconds"), CASES.values(), ids=CASES.keys())
def test_seconds_by_phase(events, seconds):
    found = seconds_by_phase([at(*event) for event in events])
    assert found == pytest.approx(seconds, abs=0.06)
    assert list(found) == list(seconds), "in the order of the phases"
