"""The model as a run uses it: what it is told, and when it is no longer asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from refactor_agent.domain.plan import ChangeSet, Refusal
from refactor_agent.domain.proposal import Proposal
from refactor_agent.domain.region import Located
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
from refactor_agent.project import Interpreter
from refactor_agent.rulebook import RuleBook
from refactor_agent.tree import Tree

if TYPE_CHECKING:  # importing it imports the client library, which runs without a model don't need
    from refactor_agent.llm.endpoint import Endpoint

__all__ = ["Proposer", "ground_for"]


def ground_for(
    located: Located, tree: Tree, rulebook: RuleBook, interpreter: Interpreter
) -> Ground:
    """Give what a model is told about the target as a whole."""
    version = ".".join(map(str, interpreter.version[:2]))
    return Ground(located, tree, rulebook, conventions_of(located.graph, python=version))


@dataclass(frozen=True)
class Proposer:
    """Asks the model within the plan."""

    model: Endpoint
    """To be entered as an async context manager before it is asked."""
    prompts: Prompts
    ground: Callable[[], Ground]
    """Gives what the run knows of the target; slow the first time."""
    rounds: int
    """Repairs after the first answer."""

    async def propose(self, change_set: ChangeSet, previous: Sequence[Round]) -> Proposal | Refusal:
        """Ask for the change set's functions; ``previous`` are the answers the gate turned down."""
        request = await asyncio.to_thread(self._request, change_set)
        if isinstance(request, Refusal):
            return request
        policy = Policy(prompt_tokens=self.model.config.prompt_tokens)
        return await propose_by_model(
            request, self.model, self.prompts, previous=previous, policy=policy
        )

    def _request(self, change_set: ChangeSet) -> ModelRequest | Refusal:
        return make_request(change_set, self.ground())
