"""How the async twin of a sync function is called."""

from __future__ import annotations

__all__ = ["TWIN_NAMES", "TwinName", "beside"]

TwinName = tuple[str, str]
"""What stands before and behind the sync name."""

TWIN_NAMES: tuple[TwinName, ...] = (("", "_async"), ("a", ""), ("async_", ""))
"""The ways in use; the first is taken where a project shows none."""


def beside(name: str, twin: TwinName) -> str:
    """Give the qualified name of the twin of ``name``; leading underscores stay in front."""
    scope, dot, bare = name.rpartition(".")
    before, behind = twin
    public = bare.lstrip("_")
    hidden = bare[: len(bare) - len(public)]
    return f"{scope}{dot}{hidden}{before}{public}{behind}"
