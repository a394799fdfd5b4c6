"""Originals and the inbox, on disk."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

_PIECE = 64 * 1024


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, read piece by piece."""
    found = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()


def keep(path: Path, originals: Path) -> str:
    """Move a file among the originals, under the digest of what is in it; give the digest."""
    name = digest(path)
    target = originals / name[:2] / name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(path, target)
    return name


def original(originals: Path, name: str) -> Path:
    """Return where an original lies."""
    return originals / name[:2] / name


def waiting(inbox: Path) -> Iterator[Path]:
    """Yield the files of the inbox by name."""
    yield from sorted(path for path in inbox.iterdir() if path.is_file())


async def store(inbox: Path, name: str, data: bytes) -> Path:
    """Write an upload to the inbox: whole, or not at all."""
    part = inbox / f".{name}.part"
    with open(part, "wb") as file:
        file.write(data)
    target = inbox / name
    part.replace(target)
    return target
