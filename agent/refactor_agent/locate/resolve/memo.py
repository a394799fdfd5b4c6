"""Answers worked out once, the same in whatever order they are asked for, and what they read.

An answer that depends on itself is unknown at the point where the circle closes. Whatever was
worked out inside the circle then depends on where it was entered: it is good for the answer
that closes the circle, and is forgotten with it. A question that lies too deep for the stack is
worked out on its own first. So no answer depends on what was asked before, and two scans that ask
for different things agree; but for circles that are longer than the stack is deep, which are cut
where they come back to a question that is worked out on its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, NamedTuple, TypeVar

from refactor_agent.locate.resolve.reads import ANYTHING, Read, Reads

__all__ = ["Memo", "TooMuchWorkError"]

T = TypeVar("T")

_NOWHERE = 1 << 30
"""A level above every open question."""
_MOST_TRIES = 8
"""Times a question is worked out within circles, after which the answer stands: where many circles
lie in one another, the tries would else double with each of them."""
_DEEPEST = 24
"""Questions open at once, after which the innermost is worked out on its own first."""


class TooMuchWorkError(Exception):
    """More would have to be worked out than was allowed."""


class _Answer(NamedTuple):
    """The answer to a question."""

    value: Any
    note: int | None
    """Of what it was worked out from."""
    circle: frozenset[Hashable]
    """The other questions that were worked out in a circle with this one."""


class _Passing(NamedTuple):
    """An answer that holds only while a question below it is open."""

    value: Any
    level: int
    """Of the lowest open question that it depends on."""
    note: int | None


class _Open:
    """A question that is being worked out."""

    __slots__ = ("lowest", "passing")

    def __init__(self) -> None:
        self.lowest = _NOWHERE
        self.passing: list[Hashable] = []


class _TooDeepError(Exception):
    """A question lies deeper than the stack allows."""

    def __init__(self, question: Hashable, work: Callable[[], object]) -> None:
        super().__init__(question)
        self.question = question
        self.work = work


_NOTHING: frozenset[Any] = frozenset()
_ANSWER = partial(tuple.__new__, _Answer)
"""Makes an answer in a third of the time: there are hundreds of thousands."""


class Memo:
    """Answers by question. A question is a tuple that names all it depends on, but facts."""

    def __init__(self, reads: Reads | None = None) -> None:
        self.reads = reads or Reads()
        self.deepest = _DEEPEST
        """Questions open at once; more need a deeper stack, and save working things out again."""
        self._answers: dict[Hashable, _Answer] = {}
        self._passing: dict[Hashable, _Passing] = {}
        self._levels: dict[Hashable, int] = {}
        self._open: list[_Open] = []
        self._deep: set[Hashable] = set()
        self._tries: Counter[Hashable] = Counter()
        self.budget: int | None = None
        """Questions that may be worked out, counted instead of seconds so that every machine gives
        up at the same one; then `TooMuchWorkError` is raised."""
        self._spent = 0

    @property
    def is_busy(self) -> bool:
        """Say whether a question is being worked out."""
        return bool(self._open)

    def get(self, question: Hashable, work: Callable[[], T], unknown: T) -> T:
        """Give the result of ``work``, or ``unknown`` where it asks for itself."""
        known = self._answers.get(question)
        if known is not None and (not known.circle or known.circle.isdisjoint(self._levels)):
            if known.note is not None:
                self.reads.add(known.note)
            answer: T = known.value
            return answer
        level = self._levels.get(question)
        if level is not None:
            self._touch(level)
            return unknown
        passing = self._passing.get(question)
        if passing is not None:
            self._touch(passing.level)
            if passing.note is not None:
                self.reads.add(passing.note)
            found: T = passing.value
            return found
        if question in self._deep:  # it closes a circle that is longer than the stack
            self.reads.add_fact(ANYTHING)
            return unknown
        if not self._open:
            return self._from_the_top(question, work, unknown)
        if len(self._open) >= self.deepest:
            raise _TooDeepError(question, work)
        return self._work_out(question, work)

    def settled(self, question: Hashable) -> tuple[Any, int | None] | None:
        """Give an answer that depends on no circle, and the note of what it follows from."""
        known = self._answers.get(question)
        return None if known is None or known.circle else (known.value, known.note)

    def _from_the_top(self, question: Hashable, work: Callable[[], T], unknown: T) -> T:
        """Work out the first question, after those that lie too deep below it."""
        while True:
            try:
                return self._work_out(question, work)
            except RecursionError:  # an expression nested that deeply
                return unknown
            except _TooDeepError as error:
                deep = error
            self._deep.add(deep.question)
            try:
                self._from_the_top(deep.question, deep.work, None)
            finally:
                self._deep.remove(deep.question)

    def _work_out(self, question: Hashable, work: Callable[[], T]) -> T:
        self._spent += 1
        if self.budget is not None and self._spent > self.budget:
            raise TooMuchWorkError
        level, frame, read = len(self._open), _Open(), set[Read]()
        self._levels[question] = level
        self._open.append(frame)
        around = self.reads.divert(read)
        try:
            value = work()
        except BaseException:
            self._forget(frame.passing)
            raise
        finally:
            self.reads.divert(around)
            self._open.pop()
            del self._levels[question]
        note = self.reads.note(read) if read else None
        if note is not None:
            around.add(note)
        if frame.lowest >= level and not frame.passing:  # as nearly all are
            self._answers[question] = _ANSWER((value, note, _NOTHING))
        else:
            self._keep(question, value, level, frame, note)
        return value

    def _keep(
        self, question: Hashable, value: object, level: int, frame: _Open, note: int | None
    ) -> None:
        if frame.lowest < level and self._may_try_again(question):
            self._passing[question] = _Passing(value, frame.lowest, note)
            below = self._open[-1]
            below.lowest = min(below.lowest, frame.lowest)
            below.passing.extend(frame.passing)
            below.passing.append(question)
            return
        circle = frozenset(frame.passing) if frame.passing else _NOTHING
        self._forget(frame.passing)
        self._answers[question] = _Answer(value, note, circle)

    def _may_try_again(self, question: Hashable) -> bool:
        self._tries[question] += 1
        return self._tries[question] < _MOST_TRIES

    def _touch(self, level: int) -> None:
        """Note that what is being worked out depends on an open question."""
        if self._open:
            self._open[-1].lowest = min(self._open[-1].lowest, level)

    def _forget(self, questions: list[Hashable]) -> None:
        for question in questions:
            del self._passing[question]
