"""Lines of the scanned files, for reports."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Callable, Mapping
from pathlib import Path

from refactor_agent.domain.place import Site

__all__ = ["SourceLines"]


_LONGEST = 1_000
"""Bytes of a line that are quoted; thousands of regions may quote one line of megabytes."""
_BEFORE = 200
"""Bytes quoted before a site in a longer line."""


class SourceLines:
    """Reads files again when a finding quotes them."""

    def __init__(
        self,
        paths: Mapping[str, Path],
        changes: Mapping[str, bytes] | None = None,
        tell: Callable[[str, bytes], object] | None = None,
    ) -> None:
        """Take where the files lie, and who is told of each that is read, by name and bytes."""
        self._paths = paths
        self._tell = tell
        self._changes = changes or {}
        self._known: dict[str, list[bytes]] = {}

    def line(self, site: Site) -> str:
        """Give the first line of ``site``, stripped; empty when the file is gone.

        Of a line that no person wrote, what stands around the site.
        """
        line, start = self._line(site), 0
        if len(line) > _LONGEST:
            start = max(0, site.span.column - _BEFORE)
        return line[start : start + _LONGEST].decode("utf-8", "replace").strip()

    def parts(self, site: Site) -> tuple[str, str, str]:
        """Give the first line of ``site``: what stands before it, its own part, what follows.

        The second is empty when the file is gone or shorter than it was.
        """
        line, span = self._line(site), site.span
        end = span.end_column if span.end_line == span.line else len(line.rstrip())
        cuts = (line[: span.column], line[span.column : end], line[end:])
        before, own, after = (part.decode("utf-8", "replace") for part in cuts)
        return before, own, after.rstrip()

    def column(self, site: Site) -> int:
        """Give where ``site`` starts in its line, in characters from 1."""
        return self.column_at(site.file, site.span.line, site.span.column)

    def column_at(self, file: str, line: int, column: int) -> int:
        """Turn a byte column from 0, as regions count, into one in characters from 1."""
        lines = self._lines(file)
        text = lines[line - 1][:column] if line <= len(lines) else b" " * column
        return len(text.decode("utf-8", "replace")) + 1

    def source(self, file: str) -> bytes:
        """Give the whole file in UTF-8; empty when it is gone."""
        return b"\n".join(self._lines(file))

    def text(self, site: Site) -> str:
        """Give the source of ``site`` with all white space made one blank."""
        lines, span = self._lines(site.file), site.span
        if span.line == span.end_line:  # many calls may share one very long line
            line = self._line(site)[span.column : span.end_column]
            return " ".join(line.decode("utf-8", "replace").split())
        part = list(lines[span.line - 1 : span.end_line])
        if not part:
            return ""
        part[-1] = part[-1][: span.end_column]
        part[0] = part[0][span.column :]
        return " ".join(b" ".join(part).decode("utf-8", "replace").split())

    def _line(self, site: Site) -> bytes:
        lines = self._lines(site.file)
        number = site.span.line - 1
        return lines[number] if number < len(lines) else b""

    def _lines(self, file: str) -> list[bytes]:
        if file not in self._known:
            data = self._read(file)
            if self._tell is not None:
                self._tell(file, data)
            self._known[file] = _as_utf8(data).splitlines()
        return self._known[file]

    def _read(self, file: str) -> bytes:
        if file in self._changes:
            return self._changes[file]
        path = self._paths.get(file)
        try:
            return path.read_bytes() if path is not None else b""
        except OSError:
            return b""


def _as_utf8(data: bytes) -> bytes:
    """Give source as the parser counts its columns: in UTF-8, without a byte order mark."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data if encoding == "utf-8" else data.decode(encoding).encode()
    except (SyntaxError, UnicodeError):
        return data
