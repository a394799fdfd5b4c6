"""The regions of a project, made one file after the other and only when somebody asks."""

from __future__ import annotations

import marshal
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from refactor_agent.domain.region import Region
from refactor_agent.locate.incremental.beside import start_beside
from refactor_agent.locate.incremental.texts import KeptTexts, Text
from refactor_agent.locate.noted import Notes, guesses, with_notes
from refactor_agent.locate.reach import Chain, Reach
from refactor_agent.locate.region_keys import RegionKeys
from refactor_agent.locate.regions import Ids, RegionMaker
from refactor_agent.locate.sources import SourceLines

__all__ = ["FoundRegions", "Texts"]

Write = Callable[[Region], str]
_Written = tuple[str, list[Text]]
"""Of the regions of a file: a name of what they follow from, and what was written of them."""
_WORTH_A_PROCESS = 1_000
"""Entries; for fewer, starting a process costs more than it saves."""


class Texts:
    """Where it is kept what was written of regions, as long as the files are as they were."""

    def __init__(
        self, path: Path, is_as_read: Callable[[str, bytes], bool], jobs: int | None = None
    ) -> None:
        """``is_as_read`` says whether a file has the bytes that were looked at.

        ``jobs`` is the number of processes that share the work, one per core when it is ``None``.
        """
        self.path = path
        self.jobs = jobs or os.cpu_count() or 1
        self._is_as_read = is_as_read
        self.are_sound = True
        """Whether all that was quoted is from the files that were looked at."""

    def read(self, file: str, data: bytes) -> None:
        """Take note that lines of ``file`` are quoted from ``data``."""
        self.are_sound = self.are_sound and self._is_as_read(file, data)


class FoundRegions:
    """`refactor_agent.domain.region.RegionsByFile` of the chains that a reach knows."""

    def __init__(
        self, reach: Reach, notes: Notes, lines: SourceLines, texts: Texts | None = None
    ) -> None:
        self._reach = reach
        self._notes = notes
        self._files = list(reach.files().values())
        """The entries of each."""
        self._maker = RegionMaker(reach, lines)
        self._texts = texts

    def regions(self) -> Iterator[Region]:
        """Give all regions, in the order of files and lines."""
        for entries in self._files:
            chains, ids = self._maker.chains(entries), Ids()
            is_guess = guesses(chains)
            for chain in chains:
                identifier = ids.next(self._maker.name(chain))
                if not is_guess(chain):
                    yield self._region(chain, identifier)

    def written(self, write: Write) -> Iterator[Sequence[str]]:
        """Give what ``write``, always the same, gives of the regions of each file."""
        if self._texts is None:
            yield [write(region) for region in self.regions()]
            return
        keys, kept = RegionKeys(self._reach, self._notes), KeptTexts(self._texts.path)

        def texts_of(entries: Iterable[str]) -> _Written:
            name = keys.of(entries)
            known = kept.of_file(name)
            return name, list(self._write(entries, write, keys, kept)) if known is None else known

        here, there = self._shares(kept, self._texts)
        rest = _elsewhere(texts_of, there, self._texts)
        for name, texts in map(texts_of, here):
            kept.put(name, texts)
            yield [text for *_, text in texts]
        for name, texts in rest():
            kept.put(name, texts)
            yield [text for *_, text in texts]
        if self._texts.are_sound:
            kept.keep()

    def _shares(
        self, kept: KeptTexts, texts: Texts
    ) -> tuple[Sequence[Sequence[str]], Sequence[Sequence[str]]]:
        """Give the files whose regions are written here, and those of another process."""
        files, sizes = self._files, list(accumulate(map(len, self._files)))
        if not kept.is_new or texts.jobs == 1 or not sizes or sizes[-1] < _WORTH_A_PROCESS:
            return files, ()
        middle = sum(size < sizes[-1] // 2 for size in sizes)
        return files[:middle], files[middle:]

    def _write(
        self, entries: Iterable[str], write: Write, keys: RegionKeys, kept: KeptTexts
    ) -> Iterator[Text]:
        """Write the regions of a file that are not as they were."""
        chains, ids = self._maker.chains(entries), Ids()
        is_guess = guesses(chains)
        for chain in chains:
            if is_guess(chain):
                ids.next(self._maker.name(chain))
                continue
            key = keys.chain(chain)
            known = kept.of_region(key)
            name = known[1] if known is not None else self._maker.name(chain)
            identifier = ids.next(name)
            if known is not None and known[2] == identifier:
                yield known
            else:
                yield key, name, identifier, write(self._region(chain, identifier))

    def _region(self, chain: Chain, identifier: str) -> Region:
        return with_notes(self._maker.region(chain, identifier), self._notes)


def _elsewhere(
    texts_of: Callable[[Iterable[str]], _Written], files: Sequence[Sequence[str]], texts: Texts
) -> Callable[[], list[_Written]]:
    """Have the texts of files written in another process; gives what waits for them."""
    if not files:
        return list

    def work() -> bytes:
        found = list(map(texts_of, files))
        return marshal.dumps((found, texts.are_sound))

    written = start_beside(work)

    def result() -> list[_Written]:
        found: list[_Written]
        found, are_sound = marshal.loads(written())  # noqa: S302 - this program wrote it
        texts.are_sound = texts.are_sound and are_sound
        return found

    return result
