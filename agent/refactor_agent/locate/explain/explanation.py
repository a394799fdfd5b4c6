"""What is asked, and what is said about one call."""

from __future__ import annotations

from typing import NamedTuple

from refactor_agent.domain.place import Site

__all__ = ["Explanation", "Question"]


class Question(NamedTuple):
    """A place in the source."""

    file: str
    line: int
    column: int | None = None
    """In characters from 1; without it, everything that starts on the line is meant."""

    def __str__(self) -> str:
        """Render as it was asked."""
        return f"{self.file}:{self.line}" + (f":{self.column}" if self.column else "")


class Explanation(NamedTuple):
    """What is known of one call, or of syntax that runs code."""

    site: Site
    text: str
    function: str
    """What it stands in."""
    is_async: bool
    steps: tuple[str, ...]
    """What each part of the callee was resolved to, from the left."""
    outcomes: tuple[str, ...]
    """The regions it belongs to, or why it is no finding."""
