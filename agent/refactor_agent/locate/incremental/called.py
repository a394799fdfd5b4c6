"""Who calls what by name, kept so that a scan reads of it what it asks for."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias
from zlib import crc32

__all__ = ["Calling", "KnownCallers", "callers_written", "callers_written_again"]

Calling: TypeAlias = tuple[str, tuple[int, ...]]
"""A module, and the numbers of those of its functions that call something."""
_Shelf: TypeAlias = dict[str, list[Calling]]
_SHELVES = 512
"""Into so many are the names divided, by a hash: one is read whole."""


class KnownCallers:
    """Look-ups in what `callers_written` wrote."""

    def __init__(self, written: Sequence[bytes]) -> None:
        self.written = written
        self._read: dict[int, _Shelf] = {}

    def __bool__(self) -> bool:
        """Say whether any are known."""
        return bool(self.written)

    def get(self, name: str) -> Sequence[Calling]:
        """Give the modules that call something so named, and the numbers of their functions."""
        number = _shelf(name)
        if number not in self._read:
            self._read[number] = marshal.loads(self.written[number])  # noqa: S302 - behind a hash
        return self._read[number].get(name, ())


def callers_written(callers: Mapping[str, Iterable[Calling]]) -> list[bytes]:
    """Write who calls what."""
    shelves: list[_Shelf] = [{} for _ in range(_SHELVES)]
    for name, calling in callers.items():
        shelves[_shelf(name)][name] = list(calling)
    return list(map(marshal.dumps, shelves))


def callers_written_again(
    written: Iterable[bytes],
    holds: Callable[[str], bool],
    more: Iterable[tuple[str, Iterable[tuple[str, tuple[int, ...]]]]],
) -> list[bytes]:
    """Write again what was known of the modules that ``holds`` says yes of.

    With ``more``: other modules, each with the names that it calls.
    """
    shelves: list[_Shelf] = [
        {
            name: [one for one in calling if holds(one[0])]
            for name, calling in marshal.loads(shelf).items()  # noqa: S302 - behind a hash
        }
        for shelf in written
    ]
    for module, names in more:
        for name, numbers in names:
            shelves[_shelf(name)].setdefault(name, []).append((module, numbers))
    return list(map(marshal.dumps, shelves))


def _shelf(name: str) -> int:
    return crc32(name.encode("utf-8", "surrogatepass")) % _SHELVES
