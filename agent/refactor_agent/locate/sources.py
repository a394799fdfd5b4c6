"""Lines of the scanned files, for reports."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from refactor_agent.domain.place import Site

__all__ = ["SourceLines"]


class SourceLines:
    """Reads files again when a finding quotes them."""

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._paths = paths
        self._lines = lru_cache(maxsize=64)(self._read)

    def line(self, site: Site) -> str:
        """Give the first line of ``site``, stripped; empty when the file is gone."""
        lines = self._lines(site.file)
        number = site.span.line - 1
        text = lines[number] if number < len(lines) else b""
        return text.decode("utf-8", "replace").strip()

    def text(self, site: Site) -> str:
        """Give the source of ``site`` with all white space made one blank."""
        lines, span = self._lines(site.file), site.span
        part = list(lines[span.line - 1 : span.end_line])
        if not part:
            return ""
        part[-1] = part[-1][: span.end_column]
        part[0] = part[0][span.column :]
        return " ".join(b" ".join(part).decode("utf-8", "replace").split())

    def _read(self, file: str) -> list[bytes]:
        path = self._paths.get(file)
        try:
            return path.read_bytes().splitlines() if path is not None else []
        except OSError:
            return []
