"""Find what blocks the event loop, convert it to async, prove the change."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("refactor-agent")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"

__all__ = ["__version__"]
