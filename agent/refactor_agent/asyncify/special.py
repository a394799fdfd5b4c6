"""Special methods with async counterparts."""

from __future__ import annotations

__all__ = ["ASYNC_NAMES"]

ASYNC_NAMES = {
    "__enter__": "__aenter__",
    "__exit__": "__aexit__",
    "__iter__": "__aiter__",
    "__next__": "__anext__",
}
"""Special methods that have async counterparts."""
