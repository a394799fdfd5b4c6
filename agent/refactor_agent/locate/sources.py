"""Lines of the scanned files, for reports."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from refactor_agent.domain.place import Site

__all__ = ["SourceLines"]


class SourceLines:
    """Reads files again when a finding quotes them."""

    def __init__(
        self, paths: Mapping[str, Path], changes: Mapping[str, bytes] | None = None
    ) -> None:
        self._paths = paths
        self._changes = changes or {}
        self._known: dict[str, list[bytes]] = {}

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

    def _lines(self, file: str) -> list[bytes]:
        if file not in self._known:
            self._known[file] = self._read(file).split(b"\n")
        return self._known[file]

    def _read(self, file: str) -> bytes:
        if file in self._changes:
            return self._changes[file]
        path = self._paths.get(file)
        try:
            return path.read_bytes() if path is not None else b""
        except OSError:
            return b""
