"""Summaries that are kept between scans."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from refactor_agent.kept import read_checked, write_checked
from refactor_agent.locate.summary import SUMMARY_VERSION
from refactor_agent.tree import sha256

__all__ = ["SummaryCache", "prune"]

_DAY = 86_400.0
_OLDEST = 30 * _DAY
"""Seconds after which a file that nobody wrote again goes."""
_LARGEST = 2_000_000_000
"""Bytes that all files together may take; the oldest go first."""


class SummaryCache:
    """Summaries as files named by a hash of the source; safe with several scans at once."""

    def __init__(self, root: Path | None) -> None:
        self._root = root

    @staticmethod
    def key(source: bytes, module: str, *, package: bool) -> str:
        """Give the name under which a summary is kept: everything it depends on, hashed."""
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        context = f"{SUMMARY_VERSION} {python} {module} {package} "
        return sha256(context.encode() + source)

    def read(self, key: str) -> bytes | None:
        """Give a summary, if there is a whole one."""
        return None if self._root is None else read_checked(self._path(self._root, key))

    def write(self, key: str, summary: bytes) -> None:
        """Keep a summary."""
        if self._root is not None:
            write_checked(self._path(self._root, key), summary)

    @staticmethod
    def _path(root: Path, key: str) -> Path:
        return root / key[:2] / key[2:]


def prune(root: Path, now: float | None = None, largest: int = _LARGEST) -> bool:
    """Once a day, remove what is old or too much; says whether it was the day's turn."""
    now = time.time() if now is None else now
    stamp = root / "pruned"
    try:
        if now - stamp.stat().st_mtime < _DAY:
            return False
    except OSError:
        pass  # never done before
    try:
        root.mkdir(parents=True, exist_ok=True)
        stamp.touch()
    except OSError:
        return False
    room = largest
    for written, size, path in sorted(_kept(root), reverse=True):
        room -= size
        if room < 0 or now - written > _OLDEST:
            with suppress(OSError):
                path.unlink()
    return True


def _kept(root: Path) -> Iterator[tuple[float, int, Path]]:
    """Give every file below ``root`` with its age and size; others may remove them meanwhile."""
    for path in root.glob("*/*"):
        try:
            status = path.stat()
        except OSError:
            continue
        yield status.st_mtime, status.st_size, path
