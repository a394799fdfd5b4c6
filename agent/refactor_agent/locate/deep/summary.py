"""What is kept of one distribution: which of its functions block, and which types they give."""

from __future__ import annotations

import marshal
from typing import NamedTuple

from refactor_agent.domain.category import Category

__all__ = ["LIBRARY_VERSION", "Cause", "LibrarySummary", "from_bytes", "to_bytes"]

LIBRARY_VERSION = 5
"""Goes up whenever a summary of the same code would look different."""


class Cause(NamedTuple):
    """Why a function of a library blocks."""

    rule: str
    """The rule that knows the call at the end."""
    category: Category
    weight: int
    certain: bool
    """Every step is the only thing that can run there."""
    chain: tuple[str, ...]
    """From the function that the first one calls to the call that waits."""


class LibrarySummary(NamedTuple):
    """Facts of one distribution; keys are the names under which things are defined."""

    aliases: dict[str, str]
    """Other names of functions, classes and modules, such as re-exports."""
    public: dict[str, str]
    """Class to the shortest of its names, where that is not where it is defined."""
    causes: dict[str, Cause]
    types: dict[str, str]
    """What functions, methods and attributes give, as rules write types."""
    bases: dict[str, tuple[str, ...]]
    """Every class to its base classes."""
    members: dict[str, frozenset[str]]
    """Class to the methods it defines itself."""


def to_bytes(summary: LibrarySummary) -> bytes:
    """Write a summary for the cache."""
    causes = {name: tuple(cause) for name, cause in summary.causes.items()}
    return marshal.dumps((*summary[:2], causes, *summary[3:]))


def from_bytes(data: bytes) -> LibrarySummary:
    """Read what `to_bytes` wrote."""
    summary = LibrarySummary._make(marshal.loads(data))  # noqa: S302 - reading it runs no code
    causes = {name: Cause._make(row) for name, row in summary.causes.items()}
    return summary._replace(causes=causes)
