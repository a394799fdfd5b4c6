"""Puts the parts together: what happens on the loops' threads, and what the watchdog does."""

# ruff: noqa: SLF001 - what is looked at here has no public name

from __future__ import annotations

import sys
import time
from _thread import get_ident
from collections import deque

from .cells import Cell, Samples
from .handles import cost_of_timing, time_handles
from .primitives import Primitives
from .stacks import Stacks
from .watchdog import Watchdog

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .log import Log

__all__ = ["Tracer"]

_SHORTEST, _LONGEST = 0.005, 0.1
"""Seconds between two looks of the watchdog, at least and at most, while loops run well."""
_LONG_STALL = 1.0
"""Seconds after which a stall is written down before it ends, in case the process is killed."""
_SUMS_EVERY = 1.0
_MOST_STALLS = 50_000


class Tracer:
    """Everything the traced process holds."""

    def __init__(self, log: Log, threshold: float) -> None:
        self.log = log
        self._threshold = threshold
        self._interval = min(max(threshold / 2, _SHORTEST), _LONGEST)
        self._cells: dict[int, Cell] = {}
        self._stacks = Stacks()
        self.primitives = Primitives(self._cells, self._stacks)
        self._watchdog = Watchdog(self._look)
        self._stalls: deque[dict[str, Any]] = deque()
        self._kept = 0
        self._summed = 0.0
        self._restart = False
        self._per_callback = 0.0
        # Bound now, because tests freeze time by replacing the functions of `time`.
        self._clock = time.perf_counter
        self._frames = sys._current_frames

    # On the loops' threads.

    def watch_asyncio(self, events: Any) -> None:
        """Time the callbacks of asyncio's own loops, and hear of every loop that runs."""
        self._stacks.bottom = time_handles(
            events,
            cells=self._cells,
            enter=self._cell,
            get_ident=get_ident,
            clock=self._clock,
            threshold=self._threshold,
            slow=self._slow,
        )
        original = events._set_running_loop

        def _set_running_loop(loop: Any) -> None:
            original(loop)
            self._running(loop)

        events._set_running_loop = _set_running_loop
        package = sys.modules.get("asyncio")
        if getattr(package, "_set_running_loop", None) is original:
            package._set_running_loop = _set_running_loop  # type: ignore[union-attr]
        self._tell_program()

    def _cell(self) -> Cell:
        ident = get_ident()
        return self._cells.setdefault(ident, Cell(ident))

    def _running(self, loop: Any) -> None:
        cell = self._cells.get(get_ident()) or self._cell()
        now = self._clock()
        if loop is not None:
            kind = type(loop)
            cell.kind = f"{kind.__module__}.{kind.__qualname__}"
            cell.foreign = None if _is_asyncios(loop) else loop
            cell.base = None if cell.foreign is None else sys._getframe(2)
            cell.beat = 0.0
            cell.since = cell.since or now
            self._watchdog.wake()
        elif cell.since:
            cell.ran += now - cell.since
            cell.since = 0.0
            cell.base = None

    def _slow(self, cell: Cell, handle: Any, began: float, held: float) -> None:
        """Take note of a callback that held the loop for longer than the threshold."""
        cell.slow += 1
        cell.stolen += held
        samples = cell.samples
        seen = samples if samples is not None and samples.began == began else Samples(began)
        place = None if seen.seen or handle is None else _callback(handle)
        self._keep(cell, seen, began + held, callback=place)

    def _keep(self, cell: Cell, samples: Samples, ended: float, **more: Any) -> None:
        self._kept += 1
        if self._kept > _MOST_STALLS:
            return
        self._stalls.append(
            {
                "event": "stall",
                "thread": cell.thread,
                "began": round(samples.began, 6),
                "held": round(ended - samples.began, 6),
                "samples": samples.weighed(ended),
                **more,
            }
        )

    # On the watchdog's thread.

    def _look(self) -> float | None:
        if not self._per_callback:
            self._per_callback = cost_of_timing(Cell(0), get_ident, self._clock)
        now = self._clock()
        running = [cell for cell in list(self._cells.values()) if cell.since]
        for cell in running:
            if cell.foreign is not None:
                self._send_beat(cell, now)
        longest = max([self._sample(cell, now) for cell in running], default=0.0)
        if self._stalls or now - self._summed >= _SUMS_EVERY or not running:
            self.flush()
        return max(self._interval, longest / 50) if running else None

    def _sample(self, cell: Cell, now: float) -> float:
        """Look at the stack of a callback that takes its time; gives the seconds it has taken."""
        began = cell.began or cell.beat
        held = now - began
        if not began or held < self._threshold / 5:
            return 0.0
        stack = self._stacks.number(self._frames().get(cell.thread), cell.base)
        if (cell.began or cell.beat) != began:
            return 0.0
        samples = cell.samples
        if samples is None or samples.began != began:
            samples = cell.samples = Samples(began)
        samples.seen.append((now, stack))
        if held >= max(_LONG_STALL, 2 * samples.told, self._threshold):
            samples.told = held
            self._keep(cell, samples, now, unfinished=True)
        return held

    def _send_beat(self, cell: Cell, now: float) -> None:
        """Ask a loop of another make to say that it is alive; how long it takes is the stall."""
        if cell.beat:
            return

        def answer() -> None:
            sent, cell.beat = cell.beat, 0.0
            held = self._clock() - sent
            if sent and held >= self._threshold:
                self._slow(cell, None, sent, held)

        cell.beat = now
        try:
            cell.foreign.call_soon_threadsafe(answer)
        except (RuntimeError, AttributeError):  # it was closed, or left, a moment ago
            cell.beat = 0.0

    def flush(self) -> None:
        """Write down what is new."""
        self._summed = now = self._clock()
        stalls = []
        while self._stalls:
            stalls.append(self._stalls.popleft())
        calls = self.primitives.take_changed()
        # Taken last, so that every stack that the others name is among them.
        stacks = self._stacks.take_fresh()
        sums = [cell.totals(now, self._threshold) for cell in list(self._cells.values())]
        if sums:
            self.log.tell([*stacks, *stalls, *calls, *sums, self._cost()])

    def _cost(self) -> dict[str, Any]:
        """Say what tracing has cost."""
        return {
            "event": "cost",
            "watching": round(self._watchdog.spent(), 6),
            "callback": round(self._per_callback, 9),
        }

    # Ends and forks.

    def finish(self) -> None:
        """Write down the rest, before the process ends."""
        try:
            self._watchdog.stop()
            self._tell_unfinished()
            self.flush()
            self._cells.clear()
        except Exception:  # noqa: BLE001 - the program ends as it would have ended
            return

    def _tell_unfinished(self) -> None:
        now = self._clock()
        for cell in list(self._cells.values()):
            samples = cell.samples
            began = cell.began or cell.beat
            if samples is None or not began or samples.began != began:
                continue
            if now - began >= self._threshold:
                self._keep(cell, samples, now, unfinished=True)

    def before_fork(self) -> None:
        """Leave the process with the program's own threads only."""
        self._restart = self._watchdog.stop()

    def after_fork_in_parent(self) -> None:
        """Go on."""
        if self._restart:
            self._watchdog.wake()

    def after_fork_in_child(self) -> None:
        """Begin anew, with a file of its own."""
        self._cells.clear()
        self._stalls.clear()
        self.primitives.forget()
        self._stacks.forget()
        self._watchdog.forget()
        self._tell_program()

    def _tell_program(self) -> None:
        """Say what runs here; ``orig_argv`` has the interpreter and its options, from 3.10 on."""
        arguments = list(getattr(sys, "orig_argv", ()) or getattr(sys, "argv", ()))
        self.log.tell([{"event": "program", "arguments": arguments, "cwd": self.log.cwd()}])


def _is_asyncios(loop: Any) -> bool:
    module = sys.modules.get("asyncio.base_events")
    return module is not None and isinstance(loop, module.BaseEventLoop)


def _callback(handle: Any) -> list[Any] | None:
    """Say where a callback was defined; a task's is its coroutine."""
    callback = handle._callback
    owner = getattr(callback, "__self__", None)
    tasks: Any = sys.modules.get("asyncio.tasks")
    if tasks is not None and isinstance(owner, tasks.Task):
        coroutine = owner.get_coro()
        code = getattr(coroutine, "cr_code", None) or getattr(coroutine, "gi_code", None)
    else:
        code = getattr(callback, "__code__", None)
    if code is None:
        return None
    name = getattr(code, "co_qualname", code.co_name)
    return [code.co_filename, code.co_firstlineno, name, code.co_firstlineno]
