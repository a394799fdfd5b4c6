"""A proposal as the gate sees it: the files before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from refactor_agent.domain.plan import Attempt, ChangeSet
from refactor_agent.domain.proposal import Proposal
from refactor_agent.tree import Tree

__all__ = ["Change"]


@dataclass(frozen=True)
class Change:
    """One change set, the proposal for it, and what the proposal makes of the tree."""

    change_set: ChangeSet
    proposal: Proposal
    before: Tree
    """The snapshot, under the proposals this one is stacked on."""
    files: Mapping[str, bytes]
    """The files that the proposal changes or adds, whole."""
    attempt: Attempt | None = None
    """What the rules planned; ``None`` for a proposal made by a model."""
    below: tuple[Change, ...] = ()
    """The changes that it stands on, which are part of ``before``."""

    @property
    def after(self) -> Tree:
        """The tree with the proposal laid over it."""
        return self.before.with_changes(self.files)

    @property
    def by_model(self) -> bool:
        """A model wrote it, or somebody else whom no plan holds to the statements as they were."""
        return self.attempt is None and self.proposal.author.kind != "rules"
