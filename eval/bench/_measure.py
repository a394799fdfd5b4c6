"""What a command takes: seconds from start to end, and the memory of all its processes."""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Taken", "measure", "spread"]

_LEAST = 0.05
"""Seconds between two looks at the memory, at least."""
_SHARE = 50
"""One look in this many times what it took: the kernel walks all pages and stops the process."""


@dataclass(frozen=True)
class Taken:
    """What one run of a command took."""

    seconds: float
    processor: float
    """Seconds of the processor, of all its processes."""
    megabytes: float
    """The most that its processes held together; memory that they share counts once."""


def measure(
    command: Sequence[str | Path], cwd: Path, env: Mapping[str, str] | None = None
) -> Taken:
    """Run a command to its end; its output goes to a file, as it would into another program."""
    began = time.perf_counter()
    with subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        watch = _Watch(process.pid)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    return Taken(seconds, used.ru_utime + used.ru_stime, watch.stop() / 1024)


class _Watch:
    """Looks at the memory of a process and its children now and then (Linux)."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._most = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def stop(self) -> int:
        """End it; gives the most that was seen, in KiB."""
        self._over.set()
        self._thread.join()
        return self._most

    def _look(self) -> None:
        pause = _LEAST
        while not self._over.wait(pause):
            began = time.perf_counter()
            self._most = max(self._most, sum(map(_held, _family(self._pid))))
            pause = max(_LEAST, _SHARE * (time.perf_counter() - began))


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return
    for child in children.split():
        yield from _family(int(child))


def _held(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)


def spread(values: Sequence[float]) -> str:
    """Give the median, and the least and the most where there are several."""
    middle = f"{statistics.median(values):.2f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.2f} to {max(values):.2f})"
