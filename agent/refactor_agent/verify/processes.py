"""Ends every process that a command left behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

__all__ = ["MARK", "end_processes"]

MARK = "REFACTOR_AGENT_SANDBOX"
"""Environment variable with a value unique to each command; what it starts inherits it."""

_ROUNDS = 5
_PROC = Path("/proc")


def end_processes(leader: int, mark: str) -> None:
    """Kill the process group of ``leader``, then whoever left the group but carries ``mark``.

    The second part needs ``/proc``; elsewhere a process that starts its own session escapes.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
    for _ in range(_ROUNDS):  # a process may fork while the list is read
        strays = list(_marked(f"{MARK}={mark}".encode()))
        if not strays:
            return
        for pid in strays:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def _marked(entry: bytes) -> Iterator[int]:
    if not _PROC.is_dir():
        return
    for directory in _PROC.iterdir():
        if not directory.name.isdigit():
            continue
        with suppress(OSError):
            if entry in (directory / "environ").read_bytes().split(b"\0"):
                yield int(directory.name)
