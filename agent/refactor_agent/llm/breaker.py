"""Stop asking an endpoint that can't answer."""

from __future__ import annotations

__all__ = ["Breaker"]


class Breaker:
    """Opens for good after some failures in a row, or at once on one that won't mend."""

    def __init__(self, patience: int = 2) -> None:
        self._patience = patience
        self._failures = 0
        self.reason: str | None = None
        """Why the endpoint is given up; ``None`` while it is not."""

    def succeed(self) -> None:
        """Take note of an answer."""
        self._failures = 0

    def fail(self, reason: str, *, lasting: bool) -> bool:
        """Take note of a failure; say whether it is the one that opens the breaker."""
        self._failures += 1
        if self.reason is not None or (not lasting and self._failures < self._patience):
            return False
        self.reason = reason
        return True
