"""Places in source files."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Site", "Span"]


class Span(NamedTuple):
    """A half-open range of source, counted as :mod:`ast` counts.

    Lines start at 1; columns start at 0 and count UTF-8 bytes.
    """

    line: int
    column: int
    end_line: int
    end_column: int


class Site(NamedTuple):
    """A range in a file; ``file`` is a posix path relative to the project's root."""

    file: str
    span: Span

    def __str__(self) -> str:
        """Render as ``file:line``."""
        return f"{self.file}:{self.span.line}"
