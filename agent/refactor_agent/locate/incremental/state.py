"""What one scan leaves for the next: what each function runs, and the facts that follows from.

Written as marshalled plain data behind a hash, as summaries are: small, fast, and reading it runs
no code. A state that can't be read whole counts as none.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from refactor_agent.kept import view_checked, write_checked
from refactor_agent.locate.blocking import Blocker
from refactor_agent.locate.effects import Effect
from refactor_agent.locate.incremental.called import KnownCallers
from refactor_agent.locate.incremental.part import ROW, Part
from refactor_agent.locate.resolve.reads import ANYTHING, Fact

__all__ = ["ROW", "ReadFile", "State", "read_state", "row_fact", "write_state"]

NAMED = "parameters "
"""How the questions of `Evaluator.names` begin."""
ReadFile = tuple[str, str, str, tuple[Any, ...]]
"""A file that was read, the module it is, the key of its summary, and its outline."""


def row_fact(name: str) -> Fact:
    """Name what a state knows of a function or question, as something others follow from."""
    return (ROW, name)


class State:
    """What was known after a scan; rows are decoded when they are asked for."""

    def __init__(
        self,
        files: tuple[ReadFile, ...],
        below: dict[str, list[str]],
        written: Sequence[bytes],
        called: Sequence[bytes] = (),
    ) -> None:
        self.files = files
        self.below = below
        """The subclasses of each class."""
        self.written = written
        """The parts as bytes: those that stay as they are need not be written anew."""
        self.called = KnownCallers(called)
        """Who calls what."""

    @cached_property
    def parts(self) -> list[Part]:
        """What was worked out, by those who did it."""
        return list(map(Part.from_bytes, self.written))

    @cached_property
    def _blockers(self) -> list[list[Blocker]]:
        return [[Blocker._make(row) for row in part.blockers] for part in self.parts]

    @cached_property
    def _rows(self) -> dict[str, int]:
        """The part that knows each function."""
        return {name: number for number, part in enumerate(self.parts) for name in part.rows}

    @cached_property
    def _answers(self) -> dict[str, int]:
        return {name: number for number, part in enumerate(self.parts) for name in part.answers}

    def __contains__(self, function: str) -> bool:
        return function in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def effects(self, function: str) -> tuple[Effect, ...]:
        """Give what a known function runs."""
        number = self._rows[function]
        blockers = self._blockers[number]
        return tuple(
            Effect(
                target if isinstance(target, str) else blockers[target],
                place,  # type: ignore[arg-type]
                certain,
                on,
                given,
            )
            for target, place, certain, on, given in self.parts[number].rows[function][1]
        )

    def leads_to(self, function: str) -> list[str | None]:
        """Give the functions that a known one runs, and ``None`` for each call that blocks."""
        effects = self.parts[self._rows[function]].rows[function][1]
        return [effect[0] if isinstance(effect[0], str) else None for effect in effects]

    def named(self) -> set[str]:
        """Give the questions that `Evaluator.names` asked."""
        return {name for name in self._answers if name.startswith(NAMED)}

    def answered(self, question: str) -> bool:
        """Say whether the answer to a question is known."""
        return question in self._answers

    def answer(self, question: str) -> Any:
        """Give the known answer to a question."""
        return self.parts[self._answers[question]].answers[question][1]

    def following_from(self, changed: Iterable[Fact]) -> set[str]:
        """Give the functions and questions that may be answered otherwise once these changed."""
        wanted = set(changed)
        stale: set[str] = set()
        if not wanted:
            return stale
        wanted.update(self._lost(), (ANYTHING,))
        while True:
            found = {name for part in self.parts for name in part.following_from(wanted)} - stale
            if not found:
                return stale
            stale |= found
            wanted = set(map(row_fact, found))

    def _lost(self) -> list[Fact]:
        """Give the names that something follows from and of which nothing is known any more."""
        facts = (fact for part in self.parts for fact in part.named())
        known = (self._rows, self._answers)
        return [
            fact
            for fact in facts
            if fact[0] == ROW and all(fact[1] not in table for table in known)
        ]


def read_state(path: Path) -> State | None:
    """Read what `write_state` wrote; ``None`` where there is none, or not a whole one."""
    data = view_checked(path)
    if data is None:
        return None
    return State(*marshal.loads(data))  # noqa: S302 - see the module


def write_state(path: Path, state: State) -> None:
    """Keep ``state``; one that can't be written is no fault."""
    written = (state.files, state.below, list(state.written), list(state.called.written))
    write_checked(path, marshal.dumps(written))
