"""What one command of the target may use, measured while it runs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from refactor_agent.domain.values import Value
from refactor_agent.verify.isolation import PRIVATE

__all__ = ["Limits", "breached", "default_limits", "free_bytes"]

_PROC = Path("/proc")
_MEGABYTE = 1024 * 1024
_SHARED_MEMORY = "/dev/shm"  # noqa: S108 - nothing is written there
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Limits(Value):
    """Bounds on all processes of a command together; 0 is none."""

    memory: int = 0
    """Bytes of memory that belong to one process alone, added up, with the files kept there."""
    disk: int = 0
    """Bytes written to the copy it works in; as many to directories that are kept in memory."""
    processes: int = 0


def default_limits(jobs: int = 1) -> Limits:
    """Give each of ``jobs`` commands its share of three quarters of the machine's memory."""
    memory = os.sysconf("SC_PHYS_PAGES") * _PAGE * 3 // 4 // jobs
    return Limits(memory=memory, disk=10 * 1024 * _MEGABYTE, processes=1000)


def free_bytes(directory: Path) -> int:
    """Give the room on the disk that holds ``directory``."""
    return shutil.disk_usage(directory).free


def breached(leader: int, directory: Path, before: int, limits: Limits) -> str:
    """Say which limit the processes below ``leader`` are over, in a line; empty for none.

    ``before`` is the room on the disk of ``directory`` when they started: only when that has
    shrunk enough is the directory itself measured. Processes are counted where there is ``/proc``.
    """
    processes = _below(leader)
    if limits.processes and len(processes) > limits.processes:
        return f"they started more than {limits.processes} processes"
    kept = _kept_in_memory(processes)
    if limits.memory and kept + sum(map(_private_memory, processes)) > limits.memory:
        return f"they used more than {limits.memory // _MEGABYTE} MB of memory"
    shrunk = limits.disk and before - free_bytes(directory) > limits.disk
    if limits.disk and (kept > limits.disk or (shrunk and _size(directory) > limits.disk)):
        return f"they wrote more than {limits.disk // _MEGABYTE} MB"
    return ""


def _below(leader: int) -> set[int]:
    """Give a process and all below it."""
    parents = dict(_parents())
    below = {leader}
    grown = True
    while grown:
        children = {pid for pid, parent in parents.items() if parent in below} - below
        below |= children
        grown = bool(children)
    return below


def _kept_in_memory(processes: Iterable[int]) -> int:
    """Give the bytes of files in directories that walls give the processes for themselves."""
    used: dict[int, int] = {}
    for pid in processes:
        for place in (*PRIVATE, _SHARED_MEMORY):
            seen = _PROC / str(pid) / "root" / place.lstrip("/")
            with suppress(OSError):
                device = seen.stat().st_dev
                if device not in used and device != Path(place).stat().st_dev:
                    room = os.statvfs(seen)
                    used[device] = (room.f_blocks - room.f_bfree) * room.f_frsize
    return sum(used.values())


def _parents() -> Iterator[tuple[int, int]]:
    for directory in _PROC.iterdir() if _PROC.is_dir() else ():
        if directory.name.isdigit():
            with suppress(OSError, ValueError, IndexError):
                status = (directory / "stat").read_text(encoding="ascii", errors="replace")
                yield int(directory.name), int(status.rpartition(")")[2].split()[1])


def _private_memory(pid: int) -> int:
    with suppress(OSError, ValueError, IndexError):
        _, resident, shared = (_PROC / str(pid) / "statm").read_text(encoding="ascii").split()[:3]
        return (int(resident) - int(shared)) * _PAGE
    return 0


def _size(directory: Path) -> int:
    total = 0
    for place, _, names in os.walk(directory):
        for name in names:
            with suppress(OSError):
                total += Path(place, name).lstat().st_blocks * 512
    return total
