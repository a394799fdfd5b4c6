"""What answers are worked out from, noted as they are read."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["ANYTHING", "Fact", "Read", "Reads"]

Fact = tuple[str, ...]
"""Something that summaries say: its kind, and the names of what it is about."""
ANYTHING: Fact = ("anything",)
"""Stands for all facts: what follows from it is worked out again after any change."""

Read = Fact | int
"""A fact that was read, or the number of a note of what was read."""


class Reads:
    """Where it is noted which facts are read.

    An answer's facts are those it read itself and those of the answers that it used. To hold them
    all with each answer would take more memory than the answers, so they are noted as a graph: a
    note names facts, and notes that were made before it.
    """

    __slots__ = ("add", "facts", "notes", "read")

    def __init__(self) -> None:
        self.read: set[Read] = set()
        self.add: Callable[[Read], object] = self.read.add
        self.facts: dict[Fact, int] = {}
        """The number of each fact in a note."""
        self.notes: list[tuple[int, ...]] = []
        """Each with the numbers of notes and, as ``~number``, of facts."""

    def divert(self, read: set[Read]) -> set[Read]:
        """Put what is read into ``read`` from now on; gives the set it was put into."""
        before, self.read = self.read, read
        self.add = read.add
        return before

    def note(self, read: set[Read]) -> int | None:
        """Give the number of a note of ``read``; ``None`` where it is empty."""
        if not read:
            return None
        if len(read) == 1:
            (only,) = read
            if isinstance(only, int):
                return only
        facts = self.facts
        note = [one if isinstance(one, int) else ~facts.setdefault(one, len(facts)) for one in read]
        self.notes.append(tuple(note))
        return len(self.notes) - 1
