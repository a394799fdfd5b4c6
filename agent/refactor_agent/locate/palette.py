"""Colours for a terminal."""

from __future__ import annotations

from refactor_agent.domain.region import Severity

__all__ = ["Palette"]

_RESET = "\x1b[0m"
_BOLD, _DIM, _CYAN = "\x1b[1m", "\x1b[2m", "\x1b[36m"
_SEVERITIES: dict[Severity, str] = {
    "high": "\x1b[1;31m",
    "medium": "\x1b[1;33m",
    "low": "\x1b[1;34m",
}


class Palette:
    """Marks parts of a text, or leaves them as they are where colours are off."""

    def __init__(self, *, enabled: bool = False) -> None:
        self._enabled = enabled

    def severity(self, severity: Severity, text: str) -> str:
        """Mark what belongs to a severity: red, yellow or blue."""
        return self._in(_SEVERITIES[severity], text)

    def strong(self, text: str) -> str:
        """Mark what the eye should find first."""
        return self._in(_BOLD, text)

    def faint(self, text: str) -> str:
        """Mark what only frames the rest."""
        return self._in(_DIM, text)

    def advice(self, text: str) -> str:
        """Mark what to do."""
        return self._in(_CYAN, text)

    def _in(self, colour: str, text: str) -> str:
        return f"{colour}{text}{_RESET}" if self._enabled else text
