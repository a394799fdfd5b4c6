"""What a check is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from refactor_agent.domain.place import Site
from refactor_agent.verify.context import Context

__all__ = ["Check", "Example", "Level", "Objection"]

Level = Literal["wrong", "doubtful"]
"""``wrong`` fails the change; ``doubtful`` leaves it unverified, for a person to look at."""


@dataclass(frozen=True)
class Objection:
    """One thing a check objects to: exact, with names."""

    message: str
    site: Site | None = None


@dataclass(frozen=True)
class Example:
    """A file before and after, and a part of the objection (empty: there is none).

    The examples of a check are its tests and its documentation.
    """

    title: str
    before: str
    after: str
    says: str = ""
    file: str = "service.py"
    refused: tuple[str, ...] = ()
    """Reasons for which the plan refuses to hand the work to a thread."""
    by: Literal["rules", "model"] = "rules"
    """Who wrote the change: some checks hold only a model to what rules do anyhow."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """Other files of the project, which do not change."""


@dataclass(frozen=True)
class Check:
    """A rule about converted code. Every module in this package holds one, called ``CHECK``."""

    name: str
    """Kebab-case, after the bad pattern."""
    hazards: tuple[str, ...]
    reason: str
    """One line for people: what goes wrong where this is let through."""
    find: Callable[[Context], Iterator[Objection]]
    examples: tuple[Example, ...]
    level: Level = "wrong"
