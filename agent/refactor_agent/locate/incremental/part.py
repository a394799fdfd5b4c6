"""What one process worked out: what functions run, and the notes of what that follows from.

All of it is plain data, as `marshal` writes it.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import Any, NamedTuple, cast
from zlib import crc32

from refactor_agent.locate.blocking import Blocker
from refactor_agent.locate.effects import Effect
from refactor_agent.locate.given import Given
from refactor_agent.locate.incremental.naming import Naming
from refactor_agent.locate.resolve.reads import Fact, Reads

__all__ = ["ROW", "Known", "Part", "make_part", "merged", "without_waste"]

ROW = "row"
"""The kind of the facts that name what a state knows of a function."""
_Note = tuple[int, ...]
_Row = tuple[int | None, tuple[tuple[str | int, tuple[int, ...], bool, str, Given], ...]]
"""The note of what a function's effects follow from, and the effects, with blockers by number."""


SomeFact = Fact | int
"""Those that were written are hashes: to read tuples by the hundred thousand takes long, and what
another fact's change makes stale as well is but worked out again."""


class Known(NamedTuple):
    """What was worked out: a function's effects, or an answer; and the note of what was read."""

    value: Any
    note: int | None


class Part:
    """What one process worked out, and what that follows from, which most scans need not read."""

    def __init__(
        self,
        facts: list[SomeFact],
        notes: list[_Note],
        blockers: list[tuple[Any, ...]],
        rows: dict[str, _Row],
        answers: dict[str, tuple[int | None, Any]],
    ) -> None:
        self.facts = facts
        self.notes = notes
        """Numbered; in one, ``~number`` is a fact, another number an earlier note."""
        self.blockers = blockers
        self.rows = rows
        self.answers = answers

    def named(self) -> Iterator[Fact]:
        """Give the facts that are known by name."""
        return (fact for fact in self.facts if isinstance(fact, tuple))

    def to_bytes(self) -> bytes:
        """Write it for another process, or for the next scan."""
        facts = marshal.dumps(list(map(_hashed, self.facts)))
        naming = Naming.of(self.notes, len(self.facts))
        return marshal.dumps((facts, *naming.written, self.blockers, self.rows, self.answers))

    @staticmethod
    def from_bytes(data: bytes) -> Part:
        """Read what `to_bytes` wrote."""
        return _Written(*marshal.loads(data))  # noqa: S302 - this program wrote it

    def without_notes(self) -> Part:
        """Give what was worked out alone, for who goes on with it now."""
        return Part(
            [],
            [],
            self.blockers,
            {name: (None, effects) for name, (_, effects) in self.rows.items()},
            {name: (None, answer) for name, (_, answer) in self.answers.items()},
        )

    def only(self, names: AbstractSet[str]) -> Part:
        """Give the same with the rows and answers of these names only."""
        rows = {name: row for name, row in self.rows.items() if name in names}
        answers = {name: row for name, row in self.answers.items() if name in names}
        return Part(self.facts, self.notes, self.blockers, rows, answers)

    def following_from(self, changed: AbstractSet[Fact]) -> set[str]:
        """Give the functions and questions that may be answered otherwise once these changed."""
        numbers = self._numbers_of(changed)
        if not numbers:
            return set()
        after = self._notes_after(numbers)
        tables: tuple[Mapping[str, tuple[int | None, object]], ...] = (self.rows, self.answers)
        return {name for table in tables for name, row in table.items() if row[0] in after}

    def _numbers_of(self, changed: AbstractSet[Fact]) -> set[int]:
        """Give the numbers of facts, negative as in notes."""
        if all(fact[0] == ROW for fact in changed):
            return {self._rows_read[fact] for fact in changed if fact in self._rows_read}
        either = {*changed, *map(_hashed, changed)}
        return {~number for number, fact in enumerate(self.facts) if fact in either}

    @cached_property
    def _rows_read(self) -> dict[Fact, int]:
        every = enumerate(self.facts)
        return {fact: ~number for number, fact in every if isinstance(fact, tuple)}

    def _notes_after(self, numbers: Iterable[int]) -> set[int]:
        """Give the notes that name any of these, and those that name them."""
        found = set(numbers)
        for number, note in enumerate(self.notes):
            if not found.isdisjoint(note):
                found.add(number)
        return found


class _Written(Part):
    """One that was read; what it follows from waits as bytes until something has changed."""

    def __init__(  # noqa: PLR0913, PLR0917 - what was written
        self,
        facts: bytes,
        starts: bytes,
        naming: bytes,
        blockers: list[tuple[Any, ...]],
        rows: dict[str, _Row],
        answers: dict[str, tuple[int | None, Any]],
    ) -> None:
        self._facts = facts
        self._written = (starts, naming)
        self.blockers = blockers
        self.rows = rows
        self.answers = answers

    @cached_property
    def facts(self) -> list[SomeFact]:  # type: ignore[override]
        """What the notes name by number."""
        return cast("list[SomeFact]", marshal.loads(self._facts))  # noqa: S302 - as above

    @cached_property
    def notes(self) -> list[_Note]:  # type: ignore[override]
        """What rows and answers follow from."""
        return self._naming.notes(len(self.facts))

    @cached_property
    def _naming(self) -> Naming:
        return Naming(*self._written)

    def _notes_after(self, numbers: Iterable[int]) -> set[int]:
        return self._naming.after(numbers)


def _hashed(fact: SomeFact) -> SomeFact:
    """Give what is written of a fact; functions that others follow from keep their names."""
    if isinstance(fact, int) or fact[0] == ROW:
        return fact
    return crc32("\0".join(fact).encode("utf-8", "surrogatepass"))


def make_part(reads: Reads, effects: Mapping[str, Known], answers: Mapping[str, Known]) -> Part:
    """Take what was worked out, and all notes, of which `without_waste` takes what is needed."""
    blockers: dict[Blocker, int] = {}

    def row(effect: Effect) -> tuple[str | int, tuple[int, ...], bool, str, Given]:
        target, place, certain, on, given = effect
        named = target if isinstance(target, str) else blockers.setdefault(target, len(blockers))
        return named, place, certain, on, given

    rows: dict[str, _Row] = {
        name: (known.note, tuple(map(row, known.value))) for name, known in effects.items()
    }
    given = {name: (known.note, known.value) for name, known in answers.items()}
    return Part([*reads.facts], reads.notes, [tuple(one) for one in blockers], rows, given)


def merged(parts: Iterable[Part]) -> Part:
    """Make one of several, which know different names."""
    facts: dict[SomeFact, int] = {}
    blockers: dict[tuple[Any, ...], int] = {}
    whole = Part([], [], [], {}, {})
    for part in parts:
        numbers = [facts.setdefault(fact, len(facts)) for fact in part.facts]
        at, kinds = len(whole.notes), [blockers.setdefault(b, len(blockers)) for b in part.blockers]
        whole.notes.extend(
            tuple([one + at if one >= 0 else ~numbers[~one] for one in note]) for note in part.notes
        )
        for name, (note, effects) in part.rows.items():
            own = tuple((t if isinstance(t, str) else kinds[t], *rest) for t, *rest in effects)
            whole.rows[name] = (None if note is None else note + at, own)  # type: ignore[assignment]
        for name, (note, answer) in part.answers.items():
            whole.answers[name] = (None if note is None else note + at, answer)
    whole.facts, whole.blockers = list(facts), list(blockers)
    return without_waste(whole)


def without_waste(part: Part) -> Part:
    """Leave out the notes that nothing follows from, and the facts that no other notes name."""
    wanted = _wanted(part)
    facts: dict[int, int] = {}
    notes: list[_Note] = []
    places: dict[int, int] = {}
    for number, note in enumerate(part.notes):
        if wanted[number]:
            places[number] = len(notes)
            notes.append(
                tuple(
                    [
                        places[one] if one >= 0 else ~facts.setdefault(~one, len(facts))
                        for one in note
                    ]
                )
            )
    return Part(
        [part.facts[number] for number in facts],
        notes,
        part.blockers,
        {name: (_at(places, note), effects) for name, (note, effects) in part.rows.items()},
        {name: (_at(places, note), answer) for name, (note, answer) in part.answers.items()},
    )


def _wanted(part: Part) -> bytearray:
    """Mark the notes that something follows from."""
    wanted = bytearray(len(part.notes))
    for row, _ in (*part.rows.values(), *part.answers.values()):
        if row is not None:
            wanted[row] = 1
    for number in range(len(part.notes) - 1, -1, -1):
        for one in part.notes[number] if wanted[number] else ():
            if one >= 0:
                wanted[one] = 1
    return wanted


def _at(places: Mapping[int, int], note: int | None) -> int | None:
    return None if note is None else places[note]
