"""What tracing costs is measured while it runs, and told."""

from __future__ import annotations

import json

import pytest

from refactor_agent.domain.region import Located
from refactor_agent.trace import Recording, make_report, report_as_json, report_as_text
from refactor_agent.trace.recording import Loop, Process

BUSY = """\
import asyncio, time

async def main():
    until = time.perf_counter() + 1.5
    while time.perf_counter() < until:
        await asyncio.sleep(0)

asyncio.run(main())
"""
TIMED = Loop(kind="asyncio.Loop", ran=4.0, busy=3.0, callbacks=100_000, stalls=0, stolen=0.0)
FOREIGN = Loop(kind="uvloop.Loop", ran=4.0, busy=None, callbacks=5, stalls=0, stolen=0.0)


def test_callbacks_and_watching_are_summed():
    process = Process(loops=(TIMED, FOREIGN), watching=0.05, per_callback=3e-7)
    assert process.overhead == pytest.approx(0.05 + 0.03)


def test_the_report_tells_it(tmp_path):
    recording = Recording(0.05, [Process(loops=(TIMED,), watching=0.01, per_callback=3e-7)])
    located = Located((), lambda: pytest.fail("nothing asks for it"))
    report = make_report(recording, located, {})
    text = report_as_text(report, ["app"], tmp_path)
    assert "  tracing took about 0.040 s, 1.0% of its time\n" in text
    (process,) = json.loads(report_as_json(report, located, ["app"], 0))["processes"]
    assert process["overhead"] == 0.04


@pytest.mark.slow
def test_a_busy_loop_loses_less_than_a_twentieth(programs):
    (process,) = programs.traced(BUSY).recording.processes
    (loop,) = process.loops
    assert loop.callbacks > 10_000
    assert 0 < process.per_callback < 5e-6
    assert 0 < process.watching < 0.05 * loop.ran
    assert process.overhead == pytest.approx(
        process.watching + process.per_callback * loop.callbacks
    )
