"""What a check is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from refactor_agent.domain.place import Site
from refactor_agent.verify.context import Context

__all__ = ["Check", "Objection"]


@dataclass(frozen=True)
class Objection:
    """One thing a check objects to: exact, with names."""

    message: str
    site: Site | None = None


@dataclass(frozen=True)
class Check:
    """A rule about converted code. Every module in this package holds one, called ``CHECK``."""

    name: str
    """Kebab-case, after the bad pattern."""
    hazards: tuple[str, ...]
    reason: str
    """One line for people: what goes wrong where this is let through."""
    find: Callable[[Context], Iterator[Objection]]
