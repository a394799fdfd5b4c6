"""Stretches of source."""

from __future__ import annotations

from refactor_agent.locate.terms import Place

__all__ = ["FOREVER", "covers"]

FOREVER = (2**31 - 1, 0)
"""A line and column behind all others."""


def covers(outer: Place, place: Place) -> bool:
    """Say whether ``place`` lies within ``outer``."""
    return outer[:2] <= place[:2] and place[2:] <= outer[2:]
