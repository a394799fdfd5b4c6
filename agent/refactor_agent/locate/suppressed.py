"""Comments that say a line may block."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from refactor_agent.domain.suppression import Suppression
from refactor_agent.locate.terms import Place

__all__ = ["BlockedPlace", "Running", "find_suppressions", "is_suppressed", "suppressed_rules"]


class _Comments(Protocol):
    """The comments of a file that suppress findings, by line."""

    @property
    def ignores(self) -> Mapping[int, tuple[str, ...]]: ...

    @property
    def reasons(self) -> Mapping[int, str]: ...


class Module(Protocol):
    """A file with its comments."""

    @property
    def file(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def key(self) -> str: ...

    @property
    def is_test(self) -> bool: ...

    @property
    def comments(self) -> _Comments: ...


class Running(NamedTuple):
    """A function that chains lead through."""

    name: str
    """Qualified and unique."""
    module: Module
    """Where it is defined."""


class _Running(Protocol):
    """What a `Running` and a function of the project have."""

    @property
    def module(self) -> Module: ...


class BlockedPlace(NamedTuple):
    """A place that a finding of ``rule`` runs through, or would but for a comment."""

    function: Running
    place: Place
    rule: str


def suppressed_rules(function: _Running, place: Place) -> tuple[str, ...] | None:
    """Give the rules that comments on the lines of ``place`` suppress; an empty tuple means all."""
    ignores = function.module.comments.ignores
    found: set[str] | None = None
    for line in range(place[0], place[2] + 1) if ignores else ():
        rules = ignores.get(line)
        if rules is None:
            continue
        if not rules:
            return ()
        found = {*(found or ()), *rules}
    return None if found is None else tuple(sorted(found))


def is_suppressed(function: _Running, place: Place, rule: str) -> bool:
    """Say whether a comment on the lines of ``place`` suppresses ``rule``."""
    rules = suppressed_rules(function, place)
    return rules is not None and (not rules or rule in rules)


def find_suppressions(
    modules: Iterable[Module], blocked: Iterable[BlockedPlace]
) -> tuple[Suppression, ...]:
    """Give every suppression outside tests, with what it suppresses of ``blocked``.

    Nothing is reported in tests, so that a comment there can't be judged.
    """
    used: dict[tuple[str, int], set[str]] = defaultdict(set)
    for function, place, rule in blocked:
        for line in range(place[0], place[2] + 1):
            used[function.module.file, line].add(rule)
    return tuple(
        Suppression(
            file=module.file,
            line=line,
            rules=rules,
            reason=module.comments.reasons.get(line, ""),
            used=tuple(sorted(_covered(rules, used.get((module.file, line), set())))),
        )
        for module in modules
        if not module.is_test
        for line, rules in module.comments.ignores.items()
    )


def _covered(rules: tuple[str, ...], found: set[str]) -> set[str]:
    return found & set(rules) if rules else found
