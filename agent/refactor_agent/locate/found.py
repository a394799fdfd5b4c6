"""The regions of a project, made one file after the other and only when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from refactor_agent.domain.region import Region
from refactor_agent.locate.incremental.texts import KeptTexts, Text
from refactor_agent.locate.noted import Notes, guesses, with_notes
from refactor_agent.locate.reach import Chain, Reach
from refactor_agent.locate.region_keys import RegionKeys
from refactor_agent.locate.regions import Ids, RegionMaker
from refactor_agent.locate.sources import SourceLines

__all__ = ["FoundRegions", "Texts"]

Write = Callable[[Region], str]


class Texts:
    """Where it is kept what was written of regions, as long as the files are as they were."""

    def __init__(self, path: Path, is_as_read: Callable[[str, bytes], bool]) -> None:
        """``is_as_read`` says whether a file has the bytes that were looked at."""
        self.path = path
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
        for entries in self._files:
            name = keys.of(entries)
            texts = kept.of_file(name)
            if texts is None:
                texts = list(self._write(entries, write, keys, kept))
                kept.put(name, texts)
            yield [text for *_, text in texts]
        if self._texts.are_sound:
            kept.keep()

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
