"""The module that converted code calls, and that is vendored into targets."""

from __future__ import annotations

from functools import cache
from pathlib import Path

__all__ = ["BOUNDARY_MODULE", "boundary_source"]

BOUNDARY_MODULE = "_async_adapters"
"""Its module name in a target."""


@cache
def boundary_source() -> str:
    """Give the text that a target gets, the same for every target."""
    return (Path(__file__).parent / f"{BOUNDARY_MODULE}.py").read_text(encoding="utf-8")
