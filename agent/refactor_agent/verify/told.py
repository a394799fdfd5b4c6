"""The one line of a failure's text that says what went wrong."""

from __future__ import annotations

__all__ = ["told"]

_PYTEST = "E  "
_TRACEBACK = "Traceback (most recent call last)"


def told(text: str) -> str:
    """Give the error in ``text``: pytest marks it, a traceback ends with it, or it comes first."""
    lines = [line for line in text.splitlines() if line.strip()]
    marked = [line.removeprefix(_PYTEST) for line in lines if line.startswith(_PYTEST)]
    last = lines[-1:] if any(line.startswith(_TRACEBACK) for line in lines) else []
    return (marked[:1] or last or lines[:1] or [""])[0].strip()
