"""How loud a region is in formats that know two levels."""

from __future__ import annotations

__all__ = ["is_warning"]

_WARNING_FROM = 5


def is_warning(weight: int) -> bool:
    """Say whether a weight makes a warning; lighter ones are remarks."""
    return weight >= _WARNING_FROM
