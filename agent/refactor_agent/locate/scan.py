"""Summaries of many files: read, parsed and summarised in several processes."""

from __future__ import annotations

import gc
import os
import warnings
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

from refactor_agent.locate.cache import SummaryCache
from refactor_agent.locate.summarise import summarise
from refactor_agent.locate.summary import to_bytes

__all__ = ["Scanned", "Source", "scan_sources"]

_ENOUGH_FOR_A_POOL = 200
"""Files below which starting processes costs more than it saves."""
_CHUNK = 24
_LARGEST = 20_000_000
"""Bytes; a larger file is data, not code."""


class Source(NamedTuple):
    """A file to scan, with its bytes where they differ from the disk's."""

    file: str
    module: str
    path: str
    data: bytes | None = None


class Scanned(NamedTuple):
    """The summary of a file as bytes, or why there is none."""

    file: str
    summary: bytes
    reason: str


def scan_sources(
    sources: Sequence[Source], cache: Path | None = None, jobs: int | None = None
) -> Iterator[Scanned]:
    """Summarise ``sources``, in order; ``cache`` is a directory, ``jobs`` a number of processes."""
    jobs = jobs or os.cpu_count() or 1
    scan_chunk = partial(_scan_chunk, cache=cache)
    if jobs == 1 or len(sources) < _ENOUGH_FOR_A_POOL:
        yield from scan_chunk(sources)
        return
    chunks = [sources[start : start + _CHUNK] for start in range(0, len(sources), _CHUNK)]
    with ProcessPoolExecutor(jobs, initializer=gc.disable) as pool:
        for chunk in pool.map(scan_chunk, chunks):
            yield from chunk


def _scan_chunk(sources: Iterable[Source], cache: Path | None) -> list[Scanned]:
    kept = SummaryCache(cache)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the target's own invalid escapes and such
        return [_scan(source, kept) for source in sources]


def _scan(source: Source, cache: SummaryCache) -> Scanned:
    try:
        data = Path(source.path).read_bytes() if source.data is None else source.data
    except OSError as error:
        return Scanned(source.file, b"", f"can't be read: {error.strerror or error}")
    if len(data) > _LARGEST:
        return Scanned(source.file, b"", f"larger than {_LARGEST // 1_000_000} MB")
    package = source.file.rpartition("/")[2] == "__init__.py"
    key = cache.key(data, source.module, package=package)
    summary = cache.read(key)
    if summary is not None:
        return Scanned(source.file, summary, "")
    try:
        summary = to_bytes(summarise(data, source.module, package=package))
    except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError) as error:
        return Scanned(source.file, b"", _reason(error))
    cache.write(key, summary)
    return Scanned(source.file, summary, "")


def _reason(error: Exception) -> str:
    if isinstance(error, SyntaxError):
        line = f", line {error.lineno}" if error.lineno else ""
        return f"does not parse: {error.msg}{line}"
    if isinstance(error, RecursionError | MemoryError):
        return "nested too deeply to be parsed"
    return f"does not parse: {error}"
