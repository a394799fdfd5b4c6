"""Effects that note the facts they follow from, and hold on to what an earlier scan found."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from refactor_agent.locate.blocking import Blockers
from refactor_agent.locate.effects import Effect, Effects
from refactor_agent.locate.incremental.state import Known, State
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.memo import Fact

__all__ = ["RecordingEffects"]


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
        self.asked: set[str] = set()
        """The functions whose effects mattered."""

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

    def _taken(self, state: State, name: str) -> tuple[Effect, ...]:
        """Give the effects alone, once decoded: nobody asks what they follow from."""
        if name not in self._known:
            self._known[name] = state.effects(name)
        return self._known[name]

    def _worked_out(self, function: ProjectFunction) -> Known:
        facts: set[Fact] = set()
        around = self._reads.divert(facts)
        self._depth += 1
        try:
            effects = super().of(function)
        finally:
            self._depth -= 1
            self._reads.divert(around)
        known = self.found[function.name] = Known(effects, frozenset(facts))
        return known
