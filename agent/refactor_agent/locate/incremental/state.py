"""What one scan leaves for the next: what each function runs, and the facts that follows from.

Written as marshalled plain data behind a hash, as summaries are: small, fast, and reading it runs
no code. A state that can't be read whole counts as none.
"""

from __future__ import annotations

import marshal
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from refactor_agent.kept import read_checked, write_checked
from refactor_agent.locate.blocking import Blocker
from refactor_agent.locate.effects import Effect
from refactor_agent.locate.resolve.memo import ANYTHING, Fact

__all__ = ["Known", "ReadFile", "State", "make_state", "read_state", "write_state"]

ReadFile = tuple[str, str, str]
"""A file that was read, the module it is, and the key of its summary."""


@dataclass(frozen=True)
class Known:
    """What a function runs, and all facts that this was worked out from."""

    effects: tuple[Effect, ...]
    reads: frozenset[Fact]


@dataclass
class State:
    """What was known after a scan; rows are decoded when they are asked for."""

    files: tuple[ReadFile, ...]
    below: dict[str, list[str]]
    """The subclasses of each class."""
    facts: list[Fact] = field(default_factory=list)
    blockers: list[Blocker] = field(default_factory=list)
    rows: dict[str, tuple[bytes, tuple[tuple[str | int, tuple[int, ...], bool], ...]]] = field(
        default_factory=dict
    )
    """By function: the numbers of the facts it follows from, and its effects."""
    answers: dict[str, tuple[bytes, Any]] = field(default_factory=dict)
    """By question: the numbers of the facts it follows from, and the answer."""

    def known(self, name: str) -> Known | None:
        """Give what is known of a function."""
        row = self.rows.get(name)
        if row is None:
            return None
        return Known(self.effects(name), self._facts(row[0]))

    def answered(self, question: str) -> tuple[object, frozenset[Fact]] | None:
        """Give the answer to a question, with all facts it was worked out from."""
        row = self.answers.get(question)
        return None if row is None else (row[1], self._facts(row[0]))

    def _facts(self, numbers: bytes) -> frozenset[Fact]:
        return frozenset(self.facts[number] for number in array("I", numbers))

    def effects(self, name: str) -> tuple[Effect, ...]:
        """Give what a known function runs."""
        return tuple(
            Effect(
                target if isinstance(target, str) else self.blockers[target],
                place,  # type: ignore[arg-type]
                certain,
            )
            for target, place, certain in self.rows[name][1]
        )

    def following_from(self, changed: Iterable[Fact]) -> set[str]:
        """Give the functions and questions that may be answered otherwise once these changed."""
        wanted = set(changed)
        if wanted:
            wanted.add(ANYTHING)
        numbers = {number for number, fact in enumerate(self.facts) if fact in wanted}
        if not numbers:
            return set()
        rows = (*self.rows.items(), *self.answers.items())
        return {name for name, row in rows if not numbers.isdisjoint(array("I", row[0]))}


def make_state(
    files: tuple[ReadFile, ...],
    below: dict[str, list[str]],
    known: Mapping[str, Known],
    answers: Mapping[str, tuple[object, Iterable[Fact]]],
) -> State:
    """Number the facts and the blocking calls, each once."""
    state = State(files, below)
    facts: dict[Fact, int] = {}
    blockers: dict[Blocker, int] = {}
    for name, found in known.items():
        numbers = array("I", [facts.setdefault(fact, len(facts)) for fact in found.reads])
        effects = tuple(
            (
                target if isinstance(target, str) else blockers.setdefault(target, len(blockers)),
                place,
                certain,
            )
            for target, place, certain in found.effects
        )
        state.rows[name] = (numbers.tobytes(), effects)
    for question, (answer, reads) in answers.items():
        numbers = array("I", [facts.setdefault(fact, len(facts)) for fact in reads])
        state.answers[question] = (numbers.tobytes(), answer)
    state.facts, state.blockers = list(facts), list(blockers)
    return state


def read_state(path: Path) -> State | None:
    """Read what `write_state` wrote; ``None`` where there is none, or not a whole one."""
    data = read_checked(path)
    if data is None:
        return None
    files, below, facts, blockers, *rows = marshal.loads(data)  # noqa: S302 - see the module
    return State(files, below, facts, [Blocker._make(row) for row in blockers], *rows)


def write_state(path: Path, state: State) -> None:
    """Keep ``state``; one that can't be written is no fault."""
    blockers = [tuple(blocker) for blocker in state.blockers]
    rows = (state.rows, state.answers)
    write_checked(path, marshal.dumps((state.files, state.below, state.facts, blockers, *rows)))
