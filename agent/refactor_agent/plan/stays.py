"""Edits of which the converter found that they can't be written where they stand.

A plan follows from the call graph, which does not show every syntax around a call. What one call
can't become is known once it was tried; the rest of its change set need not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from refactor_agent.domain.place import Site
from refactor_agent.domain.plan import Attempt, CallEdit, Refusal, Strategy
from refactor_agent.plan.edges import Edge
from refactor_agent.plan.reasons import refuse

__all__ = ["NOTHING_STAYS", "Stays", "stays_of"]


class Stays:
    """What was tried in vain: the place of a call, what it was to become, and what was said."""

    def __init__(self, said: Mapping[tuple[Site, str], str]) -> None:
        self._said = said

    def __len__(self) -> int:
        return len(self._said)

    def refusals(self, edge: Edge, action: str, strategy: Strategy) -> tuple[Refusal, ...]:
        """Say why ``edge`` can't become that, which would be part of ``strategy``."""
        said = self._said.get((edge.site, action))
        if said is None:
            return ()
        return (refuse("not-written", edge.callees[0], edge.site, strategy, said),)

    def and_also(self, others: Stays) -> Stays:
        """Give these and others."""
        return Stays({**self._said, **others._said})


NOTHING_STAYS = Stays({})


def stays_of(attempt: Attempt, refusal: Refusal) -> Stays:
    """Say which edits of a refused ``attempt`` stand where the converter stopped; maybe none."""
    said = f"{refusal.reason}: {refusal.message}"
    return Stays({(edit.site, edit.action): said for edit in _in_the_way(attempt, refusal)})


def _in_the_way(attempt: Attempt, refusal: Refusal) -> Iterator[CallEdit]:
    if refusal.site is None:
        return
    for edit in attempt.calls:
        if edit.site.file == refusal.site.file and (
            refusal.site.span.holds(edit.site.span) or edit.site.span.holds(refusal.site.span)
        ):
            yield edit
