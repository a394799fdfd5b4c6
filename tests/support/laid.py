"""Change sets laid over one another."""

from __future__ import annotations

from collections.abc import Iterable

from refactor_agent.edit import apply_proposal
from refactor_agent.entry import EntryGround, Planned

__all__ = ["laid"]


def laid(ground: EntryGround, parts: Iterable[Planned]) -> dict[str, str]:
    """Give the files that all of ``parts`` change, in their order; what is vendored left out."""
    tree = ground.base
    for part in parts:
        assert part.change_set.refusals == ()
        assert part.proposal is not None
        proposal = part.proposal.model_copy(update={"new_files": ()})
        tree = tree.with_changes(apply_proposal(tree, proposal))
    return {file: data.decode() for file, data in tree.changes.items()}
