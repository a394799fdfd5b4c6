"""Summaries of many files: read, parsed and summarised in several processes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from refactor_agent.locate.summarise import summarise
from refactor_agent.locate.summary import to_bytes

__all__ = ["Scanned", "Source", "scan_sources"]

_ENOUGH_FOR_A_POOL = 200
"""Files below which starting processes costs more than it saves."""
_CHUNK = 24
_LARGEST = 20_000_000
"""Bytes; a larger file is data, not code."""


class Source(NamedTuple):
    """A file to scan."""

    file: str
    module: str
    path: str


class Scanned(NamedTuple):
    """The summary of a file as bytes, or why there is none."""

    file: str
    summary: bytes
    reason: str


def scan_sources(sources: Sequence[Source], jobs: int | None = None) -> Iterator[Scanned]:
    """Summarise ``sources``, in order."""
    jobs = jobs or os.cpu_count() or 1
    if jobs == 1 or len(sources) < _ENOUGH_FOR_A_POOL:
        yield from _scan_chunk(sources)
        return
    chunks = [sources[start : start + _CHUNK] for start in range(0, len(sources), _CHUNK)]
    with ProcessPoolExecutor(jobs) as pool:
        for chunk in pool.map(_scan_chunk, chunks):
            yield from chunk


def _scan_chunk(sources: Iterable[Source]) -> list[Scanned]:
    return [_scan(source) for source in sources]


def _scan(source: Source) -> Scanned:
    try:
        data = Path(source.path).read_bytes()
    except OSError as error:
        return Scanned(source.file, b"", f"can't be read: {error.strerror or error}")
    if len(data) > _LARGEST:
        return Scanned(source.file, b"", f"larger than {_LARGEST // 1_000_000} MB")
    package = source.file.rpartition("/")[2] == "__init__.py"
    try:
        return Scanned(source.file, to_bytes(summarise(data, source.module, package=package)), "")
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        return Scanned(source.file, b"", f"does not parse: {error.msg}{line}")
    except ValueError as error:
        return Scanned(source.file, b"", f"does not parse: {error}")
    except (RecursionError, MemoryError):
        return Scanned(source.file, b"", "nested too deeply to be parsed")
