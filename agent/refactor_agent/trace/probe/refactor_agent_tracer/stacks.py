"""Stacks of Python frames, each written down once."""

from __future__ import annotations

import os
from collections import deque
from itertools import count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

__all__ = ["Stacks"]

_OUTER, _INNER = 60, 60
"""Frames kept of a deep stack, at both ends."""
_MOST = 20_000
_OWN = os.path.dirname(__file__) + os.sep  # noqa: PTH120 - pathlib is slow at start-up


class Stacks:
    """Numbers stacks; used by several threads without a lock, so each step is one operation."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[tuple[CodeType, int], ...], int] = {}
        self._fresh: deque[tuple[int, tuple[tuple[CodeType, int], ...]]] = deque()
        self._next = count(1)
        self.bottom: CodeType | None = None
        """The code that runs callbacks; what lies under it is the same for all."""

    def number(self, frame: FrameType | None, base: FrameType | None = None) -> int:
        """Give the number of the stack that ends in ``frame``; 0 once there are too many.

        Frames from ``base`` outwards are left off, and those of the tracer itself.
        """
        places = []
        while frame is not None and frame.f_code.co_filename.startswith(_OWN):
            frame = frame.f_back
        while frame is not None and frame is not base and frame.f_code is not self.bottom:
            places.append((frame.f_code, frame.f_lineno or 0))
            frame = frame.f_back
        if len(places) > _INNER + _OUTER:
            del places[_INNER:-_OUTER]
        key = tuple(places)
        known = self._numbers.get(key)
        if known is not None:
            return known
        if len(self._numbers) >= _MOST:
            return 0
        number = next(self._next)
        settled = self._numbers.setdefault(key, number)
        if settled == number:
            self._fresh.append((number, key))
        return settled

    def take_fresh(self) -> list[dict[str, Any]]:
        """Give the stacks that are not written down yet, outermost frame first."""
        taken = []
        while self._fresh:
            number, key = self._fresh.popleft()
            frames = [_place(code, line) for code, line in reversed(key)]
            taken.append({"event": "stack", "id": number, "frames": frames})
        return taken

    def forget(self) -> None:
        """Begin anew, in a forked child that writes a file of its own."""
        self._numbers.clear()
        self._fresh.clear()


def _place(code: CodeType, line: int) -> list[Any]:
    name = getattr(code, "co_qualname", code.co_name)  # Python 3.11 on
    return [code.co_filename, line, name, code.co_firstlineno]
