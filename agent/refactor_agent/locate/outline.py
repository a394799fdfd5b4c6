"""The outline of a file: what is asked of every file of a project in every scan.

The rest of a summary is read where an edit makes it needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from refactor_agent.locate.terms import Term

if TYPE_CHECKING:
    from refactor_agent.locate.summary import ClassFacts, FunctionFacts

__all__ = ["Outline", "outline_of"]


class Outline(NamedTuple):
    """Names and comments; plain data."""

    functions: tuple[str, ...]
    """By number, as in the summary."""
    asynchronous: tuple[int, ...]
    """Which of them are ``async def``."""
    classes: tuple[tuple[str, tuple[str, ...]], ...]
    """Each with the names of the methods that it defines."""
    decorated: tuple[str, ...]
    """The bare names of methods with decorators."""
    loads: tuple[str, ...]
    """Modules, or names in modules, that its import imports."""
    keeps_results: bool
    """A function of it may keep what it gives, so that it matters what imports run."""
    ignores: Mapping[int, tuple[str, ...]]
    reasons: Mapping[int, str]


def outline_of(
    functions: Sequence[FunctionFacts],
    classes: Sequence[ClassFacts],
    loads: tuple[str, ...],
    ignores: Mapping[int, tuple[str, ...]],
    reasons: Mapping[int, str],
) -> Outline:
    """Give the outline of a file, from what its summary says."""
    decorated = {facts.bare: None for facts in functions if facts.owner >= 0 and facts.decorators}
    return Outline(
        tuple(facts.name for facts in functions),
        tuple(number for number, facts in enumerate(functions) if facts.is_async),
        tuple((cls.name, tuple(cls.methods)) for cls in classes),
        tuple(decorated),
        loads,
        any(facts.filling or any(map(_keeps, facts.decorators)) for facts in functions),
        ignores,
        reasons,
    )


def _keeps(decorator: tuple[Term, str]) -> bool:
    return decorator[1].partition("(")[0].rpartition(".")[2] in {"cache", "lru_cache"}
