"""The model as a run uses it: what it is told, and when it is no longer asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from refactor_agent.domain.decision import ReviewFinding
from refactor_agent.domain.plan import ChangeSet, Refusal
from refactor_agent.domain.proposal import ModelAuthor, Proposal
from refactor_agent.domain.region import Located
from refactor_agent.domain.verdict import Verdict
from refactor_agent.llm import (
    Ground,
    ModelRequest,
    Policy,
    Prompts,
    Round,
    conventions_of,
    make_request,
    propose_by_model,
)
from refactor_agent.llm.endpoint import Endpoint
from refactor_agent.llm.review import make_review, review_by_model
from refactor_agent.project import Interpreter
from refactor_agent.rulebook import RuleBook
from refactor_agent.tree import Tree

__all__ = ["Asked", "Patience", "Proposer", "Turn", "ground_for"]


def ground_for(
    located: Located, tree: Tree, rulebook: RuleBook, interpreter: Interpreter
) -> Ground:
    """Give what a model is told about the target as a whole."""
    version = ".".join(map(str, interpreter.version[:2]))
    return Ground(located, tree, rulebook, conventions_of(located.graph, python=version))


class Asked(NamedTuple):
    """What came of asking: a proposal or a refusal, by whom, and who refused before."""

    made: Proposal | Refusal
    model: str
    passed_on: tuple[tuple[str, Refusal], ...] = ()
    """Answers of no use, by whom, so that another was asked for."""


class Patience(NamedTuple):
    """How long one model is asked before the next."""

    rounds: int
    """Repairs after its first answer."""
    samples: int = 0
    """How often it is then asked afresh."""


class Turn(NamedTuple):
    """Who is asked next, and what of the past it is told."""

    model: int
    sample: int = 0
    told: int = 0
    """How many of the latest answers that the gate turned down."""


_FIRST = Turn(0)
_NOT_FOR_WANT_OF_LUCK = {
    "model-unavailable", "model-limit", "prompt-rejected", "prompt-too-long",
}  # fmt: skip
"""Refusals that another sample of the same model would meet, too."""


@dataclass(frozen=True)
class Proposer:
    """Asks models within the plan, the first first."""

    models: tuple[Endpoint, ...]
    """To be entered as async context managers before they are asked; never empty."""
    prompts: Prompts
    ground: Callable[[], Ground]
    """Gives what the run knows of the target; slow the first time."""
    patience: Patience

    def turn(self, authors: Sequence[ModelAuthor]) -> Turn | None:
        """Say whose turn it is after answers by ``authors`` failed; ``None`` when all had theirs.

        A model that was passed over, because it gave nothing of use, is not asked again. A fresh
        sample is told nothing of the ones before, the next model everything.
        """
        if not authors:
            return Turn(0)
        names = [model.name for model in self.models]
        model, sample = names.index(authors[-1].model), authors[-1].sample
        tries = sum(1 for _ in takewhile(lambda one: _same(one, authors[-1]), reversed(authors)))
        if tries > self.patience.rounds:
            later = (model, sample + 1) if sample < self.patience.samples else (model + 1, 0)
            (model, sample), tries = later, 0
        if model >= len(names):
            return None
        return Turn(model, sample, tries if sample else len(authors))

    async def propose(
        self, change_set: ChangeSet, previous: Sequence[Round], turn: Turn = _FIRST
    ) -> Asked:
        """Ask for the change set's functions, from ``turn`` on until one answer is of use.

        ``previous`` are the answers that the gate turned down.
        """
        request = await asyncio.to_thread(self._request, change_set)
        if isinstance(request, Refusal):
            return Asked(request, self.models[turn.model].name)
        passed: list[tuple[str, Refusal]] = []
        given_up = -1
        for number, sample, told in self._from(turn, len(previous)):
            model = self.models[number]
            if number == given_up:
                continue
            policy = Policy(prompt_tokens=model.config.prompt_tokens, sample=sample)
            past = previous[len(previous) - told :]
            made = await propose_by_model(
                request, model, self.prompts, previous=past, policy=policy
            )
            if isinstance(made, Proposal):
                return Asked(made, model.name, tuple(passed))
            passed.append((model.name, made))
            if made.reason in _NOT_FOR_WANT_OF_LUCK:
                given_up = number
        name, made = passed.pop()
        return Asked(made, name, tuple(passed))

    def _from(self, turn: Turn, previous: int) -> Iterator[Turn]:
        """Give ``turn`` and all that come after it."""
        yield turn
        for sample in range(turn.sample + 1, self.patience.samples + 1):
            yield Turn(turn.model, sample)
        for model in range(turn.model + 1, len(self.models)):
            for sample in range(self.patience.samples + 1):
                yield Turn(model, sample, 0 if sample else previous)

    async def review(
        self, change_set: ChangeSet, proposal: Proposal, verdict: Verdict
    ) -> tuple[ReviewFinding, ...] | Refusal:
        """Have the last model try to refute a patch that passed the gate."""
        ground = await asyncio.to_thread(self.ground)
        asked = await asyncio.to_thread(make_review, change_set, proposal, verdict, ground)
        if isinstance(asked, Refusal):
            return asked
        return await review_by_model(asked, self.models[-1], self.prompts)

    def _request(self, change_set: ChangeSet) -> ModelRequest | Refusal:
        return make_request(change_set, self.ground())


def _same(one: ModelAuthor, other: ModelAuthor) -> bool:
    return (one.model, one.sample) == (other.model, other.sample)
