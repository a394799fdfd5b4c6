"""A content-addressed store for the bodies that graph state and reports refer to by key."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import TypeVar

from refactor_agent.domain.values import Value
from refactor_agent.tree import sha256

__all__ = ["Store"]

V = TypeVar("V", bound=Value)

_KEY = re.compile(r"[0-9a-f]{64}")


class Store:
    """Values as JSON files named by their own hash, and memos that map an input key to one.

    Writes are atomic, so a process killed at any moment leaves whole files only.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, value: Value) -> str:
        """Keep ``value`` and give its key."""
        data = value.model_dump_json().encode()
        key = sha256(data)
        self._write(self.root / "values" / key, data)
        return key

    def get(self, key: str, kind: type[V]) -> V:
        """Give the value under ``key``; raises `FileNotFoundError` or `ValueError`."""
        data = (self.root / "values" / key).read_bytes()
        if sha256(data) != key:
            raise ValueError(f"stored value {key} is damaged")
        return kind.model_validate_json(data)

    def remember(self, question: str, value: Value) -> str:
        """Keep ``value`` as the answer to ``question`` (a hash of all inputs); give its key."""
        key = self.put(value)
        self._write(self.root / "memos" / question, key.encode())
        return key

    def recall(self, question: str, kind: type[V]) -> tuple[str, V] | None:
        """Give the key and value remembered for ``question``; damaged entries count as absent."""
        try:
            key = (self.root / "memos" / question).read_text(encoding="ascii")
            return (key, self.get(key, kind)) if _KEY.fullmatch(key) else None
        except (FileNotFoundError, ValueError):
            return None

    def _write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
