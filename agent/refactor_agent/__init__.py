"""Find what blocks the event loop, convert it to async, prove the change."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    __version__: str

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    """Give ``__version__``, looked up when it is asked for: that takes longer than a small scan."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - see above

    try:
        return version("refactor-agent")
    except PackageNotFoundError:  # a source tree that was never installed
        return "0+unknown"
