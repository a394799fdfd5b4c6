"""Which notes name a fact or another note: notes turned round, to be followed from what changed.

To read hundreds of thousands of notes takes longer than to follow the few that matter.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain

__all__ = ["Naming"]

_KIND = "I"
"""Of the numbers: four bytes, in the order of this machine."""


class Naming:
    """For each note, and then each fact from the last to the first, the notes that name it.

    So a note's number is its place, and ``~number`` that of a fact, counted from the end.
    """

    def __init__(self, starts: bytes, naming: bytes) -> None:
        """Take what `written` gave."""
        self.written = (starts, naming)
        self._starts = array(_KIND, starts)
        self._naming = array(_KIND, naming)

    @classmethod
    def of(cls, notes: Sequence[Iterable[int]], facts: int) -> Naming:
        """Turn notes round, in which ``~number`` is one of so many facts."""
        naming: list[list[int]] = [[] for _ in range(len(notes) + facts)]
        for number, note in enumerate(notes):
            for one in note:
                naming[one].append(number)
        starts = array(_KIND, accumulate(map(len, naming), initial=0))
        return cls(starts.tobytes(), array(_KIND, chain.from_iterable(naming)).tobytes())

    def after(self, numbers: Iterable[int]) -> set[int]:
        """Give the notes that name any of these, and those that name them."""
        starts, naming = self._starts, self._naming
        found: set[int] = set()
        waiting = list(numbers)
        while waiting:
            place = waiting.pop()
            if place < 0:
                place += len(starts) - 1
            fresh = set(naming[starts[place] : starts[place + 1]]) - found
            found |= fresh
            waiting.extend(fresh)
        return found

    def notes(self, facts: int) -> list[tuple[int, ...]]:
        """Turn it round again: give the notes, the order in each left open."""
        count = len(self._starts) - 1 - facts
        notes: list[list[int]] = [[] for _ in range(count)]
        for place, (start, end) in enumerate(zip(self._starts, self._starts[1:], strict=False)):
            one = place if place < count else place - count - facts
            for number in self._naming[start:end]:
                notes[number].append(one)
        return list(map(tuple, notes))
