"""The one line of a failure's text that says what went wrong."""

from __future__ import annotations

__all__ = ["told"]

_PYTEST = "E  "


def told(text: str) -> str:
    """Give the error in ``text``: pytest marks it, and a traceback ends with it."""
    lines = [line for line in text.splitlines() if line.strip()]
    marked = [line.removeprefix(_PYTEST) for line in lines if line.startswith(_PYTEST)]
    return (marked[:1] or lines[-1:] or [""])[0].strip()
