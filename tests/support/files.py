"""Directories with files in them, and what is in them afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

__all__ = ["as_somebody", "contents", "write_files"]

_SOMEBODY = 65534


def write_files(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write ``files`` below ``root``; text is UTF-8, and line ends stay as they are."""
    for file, data in files.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    return root


def contents(root: Path, *, leave_out: str = ".git") -> dict[str, tuple[int, bytes]]:
    """Give mode and bytes of every file below ``root``."""
    return {
        path.relative_to(root).as_posix(): (path.stat().st_mode & 0o777, path.read_bytes())
        for path in sorted(root.rglob("*"))
        if path.is_file() and leave_out not in path.parts
    }


@contextmanager
def as_somebody() -> Iterator[Path]:
    """Lend a new directory, as a user whom file modes hold back even when the tests run as root."""
    root = Path(tempfile.mkdtemp(prefix="ra-"))
    root.chmod(0o777)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(_SOMEBODY)
    try:
        yield root
    finally:
        if is_root:
            os.seteuid(0)
        for directory, _, _ in os.walk(root):
            Path(directory).chmod(0o700)
        shutil.rmtree(root)
