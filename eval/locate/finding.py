"""What a tool reported, in the shape that all tools are compared in."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Finding", "Package"]


class Package(NamedTuple):
    """A package whose code is looked at."""

    name: str
    root: str
    """The directory that paths are relative to."""


class Finding(NamedTuple):
    """One place that a tool says blocks the loop."""

    file: str
    line: int
    code: str
    chain: tuple[str, ...] = ()
    """From the async function to the blocking call, where the tool says it."""
    places: tuple[tuple[str, int], ...] = ()
    """File and line of every hop, where the tool says them."""
