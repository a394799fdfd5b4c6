"""The index: for each document a file with its chunks, and one with all titles."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Entry:
    """A document as it is indexed."""

    name: str
    title: str
    chunks: list[str]


def chunks(text: str, size: int) -> list[str]:
    """Cut a text into pieces of so many words."""
    words = text.split()
    return [" ".join(words[at : at + size]) for at in range(0, len(words), size)]


class Index:
    """Reads and writes entries."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def add(self, entry: Entry) -> None:
        """Write an entry, and its title."""
        path = self._directory / f"{entry.name}.json"
        path.write_text(json.dumps(asdict(entry)), encoding="utf-8")
        titles = self._titles()
        titles[entry.name] = entry.title
        part = self._directory / ".titles.part"
        part.write_text(json.dumps(titles, sort_keys=True), encoding="utf-8")
        os.replace(part, self._directory / "titles.json")

    def _titles(self) -> dict[str, str]:
        path = self._directory / "titles.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    async def titles(self) -> dict[str, str]:
        """Return the titles of all documents."""
        return self._titles()

    async def entry(self, name: str) -> dict[str, Any] | None:
        """Return an entry, with its chunks."""
        try:
            with open(self._directory / f"{name}.json", encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return None

    async def search(self, words: str) -> list[dict[str, str]]:
        """Return the chunks that hold all words, document by document."""
        wanted = words.lower().split()
        found = []
        for name, title in self._titles().items():
            entry = await self.entry(name)
            for chunk in entry["chunks"] if entry else []:
                if all(word in chunk.lower() for word in wanted):
                    found.append({"name": name, "title": title, "chunk": chunk})
        return found
