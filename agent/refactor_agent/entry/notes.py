"""What a reviewer should know of a conversion, and of which part of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from refactor_agent.domain.place import Site
from refactor_agent.entry.groups import Part

__all__ = ["Note", "own_notes"]


class Note(NamedTuple):
    """A note, and what it is about; nothing said: all of the conversion."""

    text: str
    file: str | None = None
    function: str = ""
    """The function of the file, or the class."""
    site: Site | None = None
    """A place in the file as it was."""
    words: frozenset[str] = frozenset()
    """Names of which one is spoken of wherever it matters: a library's."""


def own_notes(part: Part, parts: Sequence[Part], notes: Iterable[Note]) -> Iterator[Note]:
    """Give the notes about ``part``, and those that are about none of ``parts`` alone."""
    for note in notes:
        about = [one for one in parts if _concerns(one, note)]
        if part in about or not about:
            yield note


def _concerns(part: Part, note: Note) -> bool:
    if note.words:
        return any(note.words & piece.names for piece in part.pieces)
    return part.concerns(note.file, note.function, note.site)
