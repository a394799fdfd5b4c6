"""Ends every process that a command left behind."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

__all__ = ["MARK", "end_group", "end_strays", "kept"]

MARK = "REFACTOR_AGENT_SANDBOX"
"""Environment variable with a value unique to each command; what it starts inherits it."""

_ROUNDS = 5
_PROC = Path("/proc")
_KEEPS = sys.platform == "linux" and _PROC.is_dir()
_KEEPER = Path(__file__).with_name("keeper.py")


def kept(words: Sequence[str]) -> tuple[str, ...]:
    """Give the command that runs ``words`` under a keeper, where the system allows one.

    Told to end (SIGTERM), it ends all of them first.
    """
    if not _KEEPS:
        return tuple(words)
    return (sys.executable, "-I", "-S", str(_KEEPER), *words)


def end_group(leader: int) -> None:
    """Kill the process group of ``leader`` at once."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def end_strays(mark: str) -> None:
    """Kill whoever left the group but carries ``mark``.

    It needs ``/proc``; elsewhere a process that starts its own session escapes. Who changes its
    environment too is for walls, or a keeper, to end.
    """
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
