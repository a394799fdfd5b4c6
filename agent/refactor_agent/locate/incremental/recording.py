"""Effects that note the facts they follow from, and hold on to what an earlier scan found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from typing import TypeVar

from refactor_agent.locate.blocking import Blockers
from refactor_agent.locate.effects import Effect, Effects
from refactor_agent.locate.incremental.part import Known
from refactor_agent.locate.incremental.state import State, row_fact
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.reads import Read

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
        self.reads = evaluator.index.reads
        """Where it is noted what the following two were worked out from."""
        self.found: dict[str, Known] = {}
        """What was worked out here, by function."""
        self.answered: dict[str, Known] = {}
        """What else was worked out, by question."""
        self.asked: set[str] = set()
        """The functions and questions that mattered."""
        self._state = state
        self._stale = stale
        self._depth = 0
        if state is not None:
            evaluator.earlier = self._earlier

    def of(self, function: ProjectFunction) -> tuple[Effect, ...]:
        """Give what the body of ``function`` runs."""
        return self.effects_of(function.name)

    def effects_of(self, name: str) -> tuple[Effect, ...]:
        """Give what the body of the function of a name runs."""
        state = self._state
        self.asked.add(name)
        known = self.found.get(name)
        if known is None and state is not None and name not in self._stale and name in state:
            if self._depth:
                self.reads.add_fact(row_fact(name))
            if name not in self._known:
                self._known[name] = state.effects(name)
            return self._known[name]
        if known is None:
            known = self.found[name] = self.noted(
                lambda: super(RecordingEffects, self).of(self.functions[name])
            )
        if self._depth and known.note is not None:
            self.reads.add(known.note)
        effects: tuple[Effect, ...] = known.value
        return effects

    def leads_to(self, name: str) -> Iterable[str | None]:
        """Give the functions that one runs, and ``None`` for each call that blocks."""
        state = self._state
        if state is None or name in self._stale or name in self.found or name not in state:
            return super().leads_to(name)
        self.asked.add(name)
        return state.leads_to(name)

    def kept(self, question: str, work: Callable[[], T]) -> T:
        """Give what an earlier scan answered, if nothing that it read has changed."""
        self.asked.add(question)
        state = self._state
        if state is not None and question not in self._stale and state.answered(question):
            given: T = state.answer(question)
        else:
            self.answered[question] = self.noted(work)
            given = self.answered[question].value
        return given

    def named(self) -> dict[str, Known]:
        """Give what `Evaluator.names` worked out here."""
        memo = self.evaluator.memo
        settled = ((name, memo.settled(key)) for name, key in self.evaluator.named.items())
        return {name: Known(*known) for name, known in settled if known is not None}

    def _earlier(self, question: str) -> tuple[str, ...] | None:
        state = self._state
        if state is None or question in self._stale or not state.answered(question):
            return None
        self.reads.add_fact(row_fact(question))
        known: tuple[str, ...] = state.answer(question)
        return known

    def noted(self, work: Callable[[], object]) -> Known:
        """Do ``work``, and note what is read in the meantime."""
        read: set[Read] = set()
        around = self.reads.divert(read)
        self._depth += 1
        try:
            value = work()
        finally:
            self._depth -= 1
            self.reads.divert(around)
        return Known(value, self.reads.note(read))
