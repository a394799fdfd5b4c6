"""Effects that note the facts they follow from, and hold on to what an earlier scan found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from typing import TypeVar

from refactor_agent.locate.blocking import Blockers
from refactor_agent.locate.effects import Effect, Effects
from refactor_agent.locate.incremental.state import Known, State
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.memo import Fact, bounded

__all__ = ["RecordingEffects"]

T = TypeVar("T")


class RecordingEffects(Effects):
    """`Effects` over a state: what is ``stale`` is worked out, the rest is taken from it."""

    def __init__(
        self,
        evaluator: Evaluator,
        blockers: Blockers,
        state: State | None = None,
        stale: AbstractSet[str] = frozenset(),
    ) -> None:
        super().__init__(evaluator, blockers)
        self._reads = evaluator.index.reads
        self._state = state
        self._stale = stale
        self._depth = 0
        self.found: dict[str, Known] = {}
        """What was worked out here."""
        self.answered: dict[str, tuple[object, frozenset[Fact]]] = {}
        """What else was worked out, with what it was read from, by question."""
        self.asked: set[str] = set()
        """The functions and questions that mattered."""

    def of(self, function: ProjectFunction) -> tuple[Effect, ...]:
        """Give what the body of ``function`` runs."""
        name = function.name
        self.asked.add(name)
        known = self.found.get(name)
        if known is None and self._state is not None and name not in self._stale:
            if not self._depth and name in self._state.rows:
                return self._taken(self._state, name)
            known = self._state.known(name)
        known = known or self._worked_out(function)
        if self._depth:
            self._reads.facts.update(known.reads)
        return known.effects

    def kept(self, question: str, work: Callable[[], T]) -> T:
        """Give what an earlier scan answered, if nothing that it read has changed."""
        if self._state is not None and question not in self._stale:
            answer = self._state.answers.get(question)
            if answer is not None:
                self.asked.add(question)
                given: T = answer[1]
                return given
        with self._noted() as facts:
            result = work()
        self.answered[question] = (result, bounded(facts))
        return result

    def _taken(self, state: State, name: str) -> tuple[Effect, ...]:
        """Give the effects alone, once decoded: nobody asks what they follow from."""
        if name not in self._known:
            self._known[name] = state.effects(name)
        return self._known[name]

    def _worked_out(self, function: ProjectFunction) -> Known:
        with self._noted() as facts:
            effects = super().of(function)
        known = self.found[function.name] = Known(effects, bounded(facts))
        return known

    @contextmanager
    def _noted(self) -> Iterator[set[Fact]]:
        """Note what is read in the meantime."""
        facts: set[Fact] = set()
        around = self._reads.divert(facts)
        self._depth += 1
        try:
            yield facts
        finally:
            self._depth -= 1
            self._reads.divert(around)
