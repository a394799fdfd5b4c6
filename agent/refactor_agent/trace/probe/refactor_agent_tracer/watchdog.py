"""A thread that looks at what the loops are doing."""

from __future__ import annotations

import os
import sys
import time
from _thread import allocate_lock, start_new_thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Watchdog"]

_WAIT_FOR_END = 0.2
"""Seconds in which the thread must be gone when a fork waits for that."""
_PAUSE = 0.0002


class Watchdog:
    """Calls ``look`` again and again while it gives a time to wait; else sleeps until woken.

    It is no `threading.Thread`: the program's own lists of threads must not show it.
    """

    def __init__(self, look: Callable[[], float | None]) -> None:
        self._look = look
        self._alarm = allocate_lock()
        self._alarm.acquire()
        self._stopping = False
        self._alive = False
        self._native = 0
        self._spent, self._spending = 0.0, 0.0
        # Bound now: gevent and tests replace these.
        self._start_thread, self._lock = start_new_thread, allocate_lock
        self._clock, self._stat = time.monotonic, os.stat
        self._thread_time = getattr(time, "thread_time", float)  # not on every platform

    def wake(self) -> None:
        """See to it that the thread is there and awake."""
        if not self._alive:
            self._alive = True
            try:
                self._start_thread(self._run, ())
            except RuntimeError:  # no more threads, or the interpreter is going down
                self._alive = False
        self._ring()

    def spent(self) -> float:
        """Give the processor time that looking has taken so far, in seconds."""
        return self._spent + self._spending

    def stop(self) -> bool:
        """End the thread and wait until the system has none of it left; says if it was there.

        Python 3.12 on warns when a process with several threads forks.
        """
        if not self._alive:
            return False
        self._stopping = True
        self._ring()
        deadline = self._clock() + _WAIT_FOR_END
        pause = self._lock()  # `time.sleep` would be taken for the program's
        pause.acquire()
        while self._lingers() and self._clock() < deadline:
            pause.acquire(True, _PAUSE)
        return True

    def forget(self) -> None:
        """Take note that the thread did not come along into a forked child."""
        self._alarm = self._lock()
        self._alarm.acquire()
        self._stopping = False
        self._alive = False
        self._spent, self._spending = 0.0, 0.0

    def _lingers(self) -> bool:
        if self._alive:
            return True
        if not sys.platform.startswith("linux"):
            return False
        try:
            self._stat(f"/proc/self/task/{self._native}")
        except OSError:
            return False
        return True

    def _ring(self) -> None:
        try:
            self._alarm.release()
        except RuntimeError:  # it rings already
            return

    def _run(self) -> None:
        from _thread import get_native_id  # noqa: PLC0415 - not on every platform

        self._native = get_native_id()
        alarm = self._alarm
        try:
            while not self._stopping:
                wait = self._look()
                self._spending = self._thread_time()
                alarm.acquire(True, -1 if wait is None else wait)
        except Exception:  # noqa: BLE001 - without it the thread would complain on stderr
            return
        finally:
            self._spent, self._spending = self._spent + self._spending, 0.0
            self._stopping = False
            self._alive = False
