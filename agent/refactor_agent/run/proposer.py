"""The model as a run uses it: what it is told, and when it is no longer asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from refactor_agent.domain.decision import ReviewFinding
from refactor_agent.domain.plan import ChangeSet, Refusal
from refactor_agent.domain.proposal import Proposal
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
from refactor_agent.llm.review import make_review, review_by_model
from refactor_agent.project import Interpreter
from refactor_agent.rulebook import RuleBook
from refactor_agent.tree import Tree

if TYPE_CHECKING:  # importing it imports the client library, which runs without a model don't need
    from refactor_agent.llm.endpoint import Endpoint

__all__ = ["Asked", "Proposer", "ground_for"]


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
    """Models that gave nothing of use, so that the next was asked."""


@dataclass(frozen=True)
class Proposer:
    """Asks models within the plan, the first first."""

    models: tuple[Endpoint, ...]
    """To be entered as async context managers before they are asked; never empty."""
    prompts: Prompts
    ground: Callable[[], Ground]
    """Gives what the run knows of the target; slow the first time."""
    rounds: int
    """Repairs after each model's first answer."""

    def turn(self, authors: Sequence[str]) -> int | None:
        """Say whose turn it is after answers by ``authors`` failed; ``None`` when all had theirs.

        A model that was passed over, because it gave nothing of use, is not asked again.
        """
        names = [model.name for model in self.models]
        known = [names.index(author) for author in authors if author in names]
        last = max(known, default=0)
        turn = last + (known.count(last) > self.rounds)
        return turn if turn < len(names) else None

    async def propose(
        self, change_set: ChangeSet, previous: Sequence[Round], first: int = 0
    ) -> Asked:
        """Ask for the change set's functions, from the model number ``first`` on.

        ``previous`` are the answers that the gate turned down.
        """
        request = await asyncio.to_thread(self._request, change_set)
        if isinstance(request, Refusal):
            return Asked(request, self.models[first].name)
        passed: list[tuple[str, Refusal]] = []
        for model in self.models[first:]:
            policy = Policy(prompt_tokens=model.config.prompt_tokens)
            made = await propose_by_model(
                request, model, self.prompts, previous=previous, policy=policy
            )
            if isinstance(made, Proposal) or model is self.models[-1]:
                return Asked(made, model.name, tuple(passed))
            passed.append((model.name, made))
        raise AssertionError("unreachable: the last model's answer ends the loop")

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
