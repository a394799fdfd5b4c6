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

    def holds(self, other: Span) -> bool:
        """Say whether ``other`` lies within this range, or is it."""
        begins = (self.line, self.column) <= (other.line, other.column)
        ends = (other.end_line, other.end_column) <= (self.end_line, self.end_column)
        return begins and ends


class Site(NamedTuple):
    """A range in a file; ``file`` is a posix path relative to the project's root."""

    file: str
    span: Span

    def __str__(self) -> str:
        """Render as ``file:line``."""
        return f"{self.file}:{self.span.line}"
