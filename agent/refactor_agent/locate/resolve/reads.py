"""What answers are worked out from, noted as they are read."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["ANYTHING", "Fact", "FactNumbers", "Read", "Reads"]

Fact = tuple[str, ...]
"""Something that summaries say: its kind, and the names of what it is about."""
ANYTHING: Fact = ("anything",)
"""Stands for all facts: what follows from it is worked out again after any change."""

Read = int
"""The number of a note of what was read, or ``~number`` of a fact: facts are read by the million,
and a number takes a fraction of the time of a tuple of names."""


class FactNumbers(dict[str, Read]):
    """The numbers of the facts that differ in their last name alone, each given when first read."""

    __slots__ = ("_beginning", "_facts")

    def __init__(self, beginning: Fact, facts: list[Fact]) -> None:
        super().__init__()
        self._beginning = beginning
        self._facts = facts

    def __missing__(self, name: str) -> Read:
        self._facts.append((*self._beginning, name))
        number = self[name] = ~(len(self._facts) - 1)
        return number


class Reads:
    """Where it is noted which facts are read.

    An answer's facts are those it read itself and those of the answers that it used. To hold them
    all with each answer would take more memory than the answers, so they are noted as a graph: a
    note names facts, and notes that were made before it.
    """

    __slots__ = ("_numbers", "add", "facts", "notes", "read")

    def __init__(self) -> None:
        self.read: set[Read] = set()
        self.add: Callable[[Read], object] = self.read.add
        self.facts: list[Fact] = []
        """By number; not each of them is read."""
        self.notes: list[tuple[Read, ...]] = []
        self._numbers: dict[Fact, FactNumbers] = {}

    def numbers(self, *beginning: str) -> FactNumbers:
        """Give the numbers of the facts that begin so and have one name more."""
        known = self._numbers.get(beginning)
        if known is None:
            known = self._numbers[beginning] = FactNumbers(beginning, self.facts)
        return known

    def add_fact(self, fact: Fact) -> None:
        """Note that a fact is read, where that is not done by the thousand."""
        self.add(self.numbers(*fact[:-1])[fact[-1]])

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
            if only >= 0:
                return only
        self.notes.append(tuple(read))
        return len(self.notes) - 1
