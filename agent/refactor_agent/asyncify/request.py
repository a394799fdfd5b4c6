"""What is to be converted, in the words of whoever asks."""

from __future__ import annotations

from collections.abc import Mapping

from refactor_agent.domain.values import Value

__all__ = ["MODULE", "Request"]

MODULE = "<module>"
"""Stands, among the names to convert in a file, for what is outside of all definitions."""


class Request(Value):
    """Files or classes to convert, and where blocking enters them."""

    files: tuple[str, ...]
    """Posix paths relative to the project's root."""
    only: Mapping[str, tuple[str, ...]] = {}
    """File to the top-level names to convert in it; a file that is not named here is converted
    whole."""
    leaves: Mapping[str, str] = {}
    """Sync class, method or function to the async one that takes its place, by qualified name."""
    entries: tuple[str, ...] = ()
    """Functions that callers will await: ``Client.send``."""

    seeds: tuple[str, ...] = ()
    """Functions that wait whatever their calls resolve to, by qualified name."""
    names: Mapping[str, str] = {}
    """Methods to what they are called once they are async: ``close`` to ``aclose``."""

    awaited_properties: bool = True
    """Whether properties may wait: who reads one in what is not converted would not await it."""

    late_constructors: bool = True
    """Whether what a constructor would wait for may be done before the object is first used."""

    faces: tuple[str, ...] = ()
    """Commands that keep a sync face: who calls them does not wait."""

    def wants(self, file: str, local: str) -> bool:
        """Say whether the function or class called ``local`` within ``file`` is to be converted."""
        if file not in self.files:
            return False
        names = self.only.get(file)
        return names is None or any(local == n or local.startswith(f"{n}.") for n in names)
