"""Summaries kept between scans, by the content they were made of."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from platformdirs import user_cache_path

from refactor_agent.locate.summary import SUMMARY_VERSION
from refactor_agent.tree import sha256

__all__ = ["SummaryCache", "shared_cache"]

_DIGEST = 64


def shared_cache() -> Path:
    """Give the user's directory of summaries, which scans, traces and runs share."""
    return user_cache_path("refactor-agent") / "summaries"


class SummaryCache:
    """Summaries as files named by a hash of the source; safe with several scans at once.

    Each file starts with the hash of its content: one that does not fit is made again. Files
    are written whole or not at all; a cache that can't be written is no fault.
    """

    def __init__(self, root: Path | None) -> None:
        self._root = root

    def key(self, source: bytes, module: str, *, package: bool) -> str:
        """Give the name under which a summary is kept: everything it depends on, hashed."""
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        context = f"{SUMMARY_VERSION} {python} {module} {package} "
        return sha256(context.encode() + source)

    def read(self, key: str) -> bytes | None:
        """Give a summary, if there is a whole one."""
        if self._root is None:
            return None
        try:
            data = self._path(self._root, key).read_bytes()
        except OSError:
            return None
        digest, summary = data[:_DIGEST], data[_DIGEST:]
        return summary if sha256(summary).encode() == digest else None

    def write(self, key: str, summary: bytes) -> None:
        """Keep a summary."""
        if self._root is None:
            return
        path = self._path(self._root, key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(sha256(summary).encode() + summary)
            Path(temporary).replace(path)
        except OSError:
            return

    @staticmethod
    def _path(root: Path, key: str) -> Path:
        return root / key[:2] / key[2:]
