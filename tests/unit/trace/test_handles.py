"""Timing callbacks where the source of asyncio is not there."""

from __future__ import annotations

import time
from types import SimpleNamespace

from refactor_agent.trace.probe.refactor_agent_tracer.cells import Cell
from refactor_agent.trace.probe.refactor_agent_tracer.handles import time_handles


class Handle:
    def __init__(self, callback):
        self.callback = callback

    def _run(self):
        self.callback()


def test_callbacks_are_timed_without_source(monkeypatch):
    monkeypatch.setattr(Handle, "_run", Handle._run)  # so that it comes back afterwards
    cell, slow = Cell(1), []
    loader = SimpleNamespace(get_source=lambda _: None)
    events = SimpleNamespace(
        Handle=Handle, __spec__=SimpleNamespace(loader=loader), __name__="events"
    )
    code = time_handles(
        events,
        cells={1: cell},
        enter=lambda: cell,
        get_ident=lambda: 1,
        clock=time.perf_counter,
        threshold=0.05,
        slow=lambda *told: slow.append(told),
    )
    quick, long = Handle(lambda: None), Handle(lambda: time.sleep(0.06))
    quick._run()
    long._run()
    assert Handle._run.__code__ is code
    assert cell.callbacks == 2
    ((told, handle, _, held),) = slow
    assert (told, handle) == (cell, long)
    assert held >= 0.06
    assert cell.began == 0
