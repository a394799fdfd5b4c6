"""Isolated copies of the target, reused from one verification to the next."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from refactor_agent.project import take_snapshot

__all__ = ["Workspace", "WorkspacePool"]


@dataclass(frozen=True)
class Workspace:
    """One copy: the files in ``tree``, and a home and a temporary directory beside it.

    The names are short because socket paths may not be longer than about 100 characters.
    """

    root: Path
    """The directory of the four below."""
    tree: Path
    home: Path
    temporary: Path
    notes: Path
    """Where the probe and its settings lie."""


class _Mark(NamedTuple):
    """What tells that a file was touched; the change time can't be set back by a program."""

    mode: int
    size: int
    modified: int
    changed: int
    inode: int


class _Slot:
    """A workspace with the memory of what a fresh copy looks like."""

    def __init__(self, snapshot: Path, directory: Path) -> None:
        self._snapshot = snapshot
        self._directory = directory
        self._marks: dict[str, _Mark] = {}
        names = ("w", "h", "t", "n")
        self.workspace = Workspace(directory, *(directory / name for name in names))

    def prepare(self, overlay: Mapping[str, bytes]) -> None:
        """Make the tree the snapshot with ``overlay`` laid over, and all else empty."""
        if self._marks and self.workspace.tree.is_dir():
            self._reset()
        else:
            self._directory.mkdir(parents=True, exist_ok=True)
            _remove(self.workspace.tree)
            take_snapshot(self._snapshot, self.workspace.tree)
            self._marks = dict(_marks(self.workspace.tree))
        for directory in (self.workspace.home, self.workspace.temporary, self.workspace.notes):
            _remove(directory)
            directory.mkdir()
        for file, data in overlay.items():
            path = self.workspace.tree / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def _reset(self) -> None:
        tree = self.workspace.tree
        found = dict(_marks(tree))
        for file in sorted(found.keys() - self._marks.keys(), reverse=True):
            _remove(tree / file)
        for file, mark in sorted(self._marks.items()):
            if found.get(file) == mark:
                continue
            self._restore(file, mark, found.get(file))

    def _restore(self, file: str, mark: _Mark, found: _Mark | None) -> None:
        path = self.workspace.tree / file
        if stat.S_ISDIR(mark.mode):
            if found is None or not stat.S_ISDIR(found.mode):
                _remove(path)
                path.mkdir()
            path.chmod(stat.S_IMODE(mark.mode))
        else:
            _remove(path)
            shutil.copy2(self._snapshot / file, path, follow_symlinks=False)
        self._marks[file] = _mark(path.lstat())


class WorkspacePool:
    """Up to ``size`` copies of a snapshot under ``directory``, which the pool owns."""

    def __init__(self, snapshot: Path, directory: Path, size: int) -> None:
        self.size = size
        self._idle = [_Slot(snapshot, directory / str(number)) for number in range(size)]
        self._free = asyncio.Semaphore(size)

    @asynccontextmanager
    async def lease(self, overlay: Mapping[str, bytes]) -> AsyncIterator[Workspace]:
        """Lend a copy that is the snapshot with ``overlay``, to the byte; waits for a free one."""
        async with self._free:
            slot = self._idle.pop()
            try:
                await _in_thread(slot, overlay)
                yield slot.workspace
            finally:
                self._idle.append(slot)


async def _in_thread(slot: _Slot, overlay: Mapping[str, bytes]) -> None:
    """Prepare on a thread; a cancelled caller still waits, so that the slot is not lent twice."""
    preparing = asyncio.ensure_future(asyncio.to_thread(slot.prepare, overlay))
    try:
        await asyncio.shield(preparing)
    except asyncio.CancelledError:
        await asyncio.wait({preparing})
        raise


def _marks(tree: Path) -> Iterator[tuple[str, _Mark]]:
    pending = [tree]
    while pending:
        directory = pending.pop()
        if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
            directory.chmod(0o700)
        with os.scandir(directory) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                path = Path(entry.path)
                yield path.relative_to(tree).as_posix(), _mark(status)
                if stat.S_ISDIR(status.st_mode):
                    pending.append(path)


def _mark(status: os.stat_result) -> _Mark:
    if stat.S_ISDIR(status.st_mode):  # its size and times follow from what lies in it
        return _Mark(status.st_mode, 0, 0, 0, 0)
    return _Mark(
        status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
    )


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        _open_up(path)
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _open_up(directory: Path) -> None:
    """Give back the rights that a test took away, so that the directory can be removed."""
    for _ in _marks(directory):
        continue
