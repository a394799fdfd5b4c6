"""The target's files as a stage sees them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

__all__ = ["Tree", "sha256"]


def sha256(data: bytes) -> str:
    """Give the hex SHA-256 of ``data``."""
    return hashlib.sha256(data).hexdigest()


class Tree:
    """A directory on disk, under changes that are not written there.

    Paths are posix and relative to ``root``. Trees are values: `with_changes` gives a new one.
    """

    def __init__(self, root: Path, changes: Mapping[str, bytes] | None = None) -> None:
        self.root = root
        self.changes: Mapping[str, bytes] = dict(changes or {})

    def read(self, file: str) -> bytes:
        """Give the bytes of ``file``; raises `FileNotFoundError` where there is none."""
        changed = self.changes.get(file)
        return changed if changed is not None else (self.root / file).read_bytes()

    def exists(self, file: str) -> bool:
        """Say whether ``file`` is in the tree."""
        return file in self.changes or (self.root / file).is_file()

    def with_changes(self, changes: Mapping[str, bytes]) -> Tree:
        """Give this tree with ``changes`` laid over it."""
        return Tree(self.root, {**self.changes, **changes})
