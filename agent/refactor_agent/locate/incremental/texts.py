"""What was written of regions, kept between scans by what it follows from."""

from __future__ import annotations

import marshal
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from refactor_agent.kept import view_checked, write_checked

__all__ = ["KeptTexts", "Text"]

Text: TypeAlias = tuple[str, str, str, str]
"""Of a region: a name of what it follows from, one of its ends, its id, and what was written."""
_WORTH_WRITING = 0.25
"""The share of new text from which on the next scan is better off with a new file."""


class KeptTexts:
    """Texts of the regions of files: of a whole file, or of one region."""

    def __init__(self, path: Path) -> None:
        """Read them; a file that is not whole counts as none."""
        self._path = path
        data = view_checked(path)
        self.is_new = data is None
        """Whether none are known."""
        self._known: dict[str, list[Text]] = marshal.loads(data) if data is not None else {}  # noqa: S302 - this program wrote it
        self._found: dict[str, list[Text]] = {}
        self._size = self._fresh = 0

    def of_file(self, name: str) -> list[Text] | None:
        """Give the texts of a file, if those are known under this name."""
        known = self._known.get(name)
        if known is not None:
            self._found[name] = known
            self._size += sum(len(text) for *_, text in known)
        return known

    def of_region(self, name: str) -> Text | None:
        """Give the text of a region, if it is known under this name."""
        return self._regions.get(name)

    def put(self, name: str, texts: list[Text]) -> None:
        """Take the texts of a file, if it was not `of_file` that gave them."""
        if name in self._found:
            return
        self._found[name] = texts
        self._size += sum(len(text) for *_, text in texts)
        self._fresh += sum(len(text) for key, *_, text in texts if key not in self._regions)

    def keep(self) -> None:
        """Write them, where that is worth it; what can't be written is no fault."""
        if self.is_new or self._fresh > _WORTH_WRITING * self._size:
            write_checked(self._path, marshal.dumps(self._found))

    @cached_property
    def _regions(self) -> dict[str, Text]:
        return {text[0]: text for texts in self._known.values() for text in texts}
