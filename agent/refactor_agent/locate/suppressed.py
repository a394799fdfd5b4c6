"""Comments that say a line may block."""

from __future__ import annotations

from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.terms import Place

__all__ = ["is_suppressed", "suppressed_rules"]


def suppressed_rules(function: ProjectFunction, place: Place) -> tuple[str, ...] | None:
    """Give the rules that comments on the lines of ``place`` suppress; an empty tuple means all."""
    ignores = function.module.summary.ignores
    found: set[str] | None = None
    for line in range(place[0], place[2] + 1) if ignores else ():
        rules = ignores.get(line)
        if rules is None:
            continue
        if not rules:
            return ()
        found = {*(found or ()), *rules}
    return None if found is None else tuple(sorted(found))


def is_suppressed(function: ProjectFunction, place: Place, rule: str) -> bool:
    """Say whether a comment on the lines of ``place`` suppresses ``rule``."""
    rules = suppressed_rules(function, place)
    return rules is not None and (not rules or rule in rules)
