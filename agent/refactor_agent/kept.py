"""What is kept between commands: files that are written whole and believed only whole."""

from __future__ import annotations

import io
import itertools
import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from platformdirs import user_cache_path

__all__ = ["read_checked", "shared_cache", "view_checked", "write_checked"]

_DIGEST = 64
_FRESH = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_NUMBERS = itertools.count()


def shared_cache() -> Path:
    """Give the user's directory of summaries, which scans, traces and runs share."""
    return user_cache_path("refactor-agent") / "summaries"


def read_checked(path: Path) -> bytes | None:
    """Give what `write_checked` wrote; ``None`` when it is not there or not whole."""
    content = view_checked(path)
    return None if content is None else bytes(content)


def view_checked(path: Path) -> memoryview | None:
    """Give the same of a large file, without a copy."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    content = memoryview(data)[_DIGEST:]
    return content if data[:_DIGEST] == _seal(path, content) else None


def write_checked(path: Path, content: bytes) -> None:
    """Write a file behind a hash of its name and content, whole or not at all.

    Several may write at once; one that can't be written is no fault.
    """
    temporary = f"{path}.{os.getpid()}.{next(_NUMBERS)}"
    try:
        try:
            handle = os.open(temporary, _FRESH, 0o600)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(temporary, _FRESH, 0o600)
    except OSError:
        return
    try:
        with open(handle, "wb", buffering=0) as file:  # noqa: PTH123 - a descriptor
            _write_whole(file, _seal(path, content))
            _write_whole(file, content)
        os.replace(temporary, path)  # noqa: PTH105 - thousands of times
    except OSError:
        with suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108 - as above


def _seal(path: Path, content: bytes | memoryview) -> bytes:
    seal = sha256(f"{path.parent.name}/{path.name}\n".encode())
    seal.update(content)
    return seal.hexdigest().encode()


def _write_whole(file: io.FileIO, data: bytes) -> None:
    """Write all of ``data``: the system may take less at once, or have no room for the rest."""
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]
