"""Summaries of many files: read, parsed and summarised in several processes."""

from __future__ import annotations

import codecs
import gc
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from refactor_agent.errors import RefactorAgentError
from refactor_agent.locate.cache import SummaryCache
from refactor_agent.locate.deep_stack import on_deep_stack
from refactor_agent.locate.summarise import summarise
from refactor_agent.locate.summary import ModuleSummary
from refactor_agent.locate.summary_bytes import from_bytes, to_bytes

__all__ = [
    "Scanned",
    "Source",
    "SourceChangedError",
    "key_of",
    "read_again",
    "scan_sources",
]

_ENOUGH_FOR_A_POOL = 200
"""Files below which starting processes costs more than it saves."""
_CHUNK = 24
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
"""The marks of encodings that no cookie can name; UTF-32 from the little end starts like UTF-16."""
_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
_LARGEST = 10_000_000
"""Bytes; a larger file is data, not code. To parse nothing but numbers takes 350 for each."""


class SourceChangedError(RefactorAgentError):
    """A file that was looked at is no longer the same."""


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
    key: str = ""
    """What the summary was made of, hashed; empty where the file was not read."""


def scan_sources(
    sources: Sequence[Source],
    cache: Path | None = None,
    jobs: int | None = None,
    *,
    is_enough: Callable[[Source, str], bool] = lambda _source, _key: False,
) -> Iterator[Scanned]:
    """Summarise ``sources``, in order; ``cache`` is a directory, ``jobs`` a number of processes.

    Of those that ``is_enough`` says so of, by what a summary would be made of, none is given.
    """
    known = _known_of(sources, SummaryCache(cache), is_enough)
    missing = [source for source, scanned in zip(sources, known, strict=True) if scanned is None]
    fresh = _summarise(missing, cache, jobs or os.cpu_count() or 1)
    for scanned in known:
        yield next(fresh) if scanned is None else scanned


def _summarise(sources: Sequence[Source], cache: Path | None, jobs: int) -> Iterator[Scanned]:
    scan_chunk = partial(_scan_chunk, cache=cache)
    if jobs == 1 or len(sources) < _ENOUGH_FOR_A_POOL:
        yield from scan_chunk(sources)
        return
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - most scans need none

    chunks = [sources[start : start + _CHUNK] for start in range(0, len(sources), _CHUNK)]
    with ProcessPoolExecutor(jobs, initializer=gc.disable) as pool:
        for chunk in pool.map(scan_chunk, chunks):
            yield from chunk


def read_again(source: Source, key: str, cache: SummaryCache) -> ModuleSummary:
    """Give the summary of a source that was the same in an earlier scan.

    Raises `SourceChangedError` where it is no longer kept, nor the source what it was.
    """
    kept = cache.read(key)
    if kept is None:
        scanned = _scan(source, cache)
        if scanned.key != key or scanned.reason:
            raise SourceChangedError(f"{source.file} changed while it was read; start again")
        kept = scanned.summary
    return from_bytes(kept)


def _scan_chunk(sources: Iterable[Source], cache: Path | None) -> list[Scanned]:
    kept = SummaryCache(cache)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the target's own invalid escapes and such
        return [_scan(source, kept) for source in sources]


def _known_of(
    sources: Sequence[Source], cache: SummaryCache, is_enough: Callable[[Source, str], bool]
) -> list[Scanned | None]:
    """Give what needs no parsing; where the first files all do, it is left to those who parse."""
    first = [_known(source, cache, is_enough) for source in sources[:_ENOUGH_FOR_A_POOL]]
    if len(first) < len(sources) and not any(first):
        return [None] * len(sources)
    rest = sources[_ENOUGH_FOR_A_POOL:]
    return [*first, *(_known(source, cache, is_enough) for source in rest)]


def _known(
    source: Source, cache: SummaryCache, is_enough: Callable[[Source, str], bool]
) -> Scanned | None:
    """Give what needs no parsing: a kept summary, or why there can be none."""
    scanned, _ = _read(source)
    if scanned.reason or is_enough(source, scanned.key):
        return scanned
    summary = cache.read(scanned.key)
    return None if summary is None else scanned._replace(summary=summary)


def _scan(source: Source, cache: SummaryCache) -> Scanned:
    scanned, data = _read(source)
    if scanned.reason:
        return scanned
    known = cache.read(scanned.key)
    if known is not None:
        return scanned._replace(summary=known)
    try:
        summary = _with_room(
            lambda: to_bytes(summarise(data, source.module, package=_is_package(source.file)))
        )
    except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError) as error:
        return scanned._replace(reason=_reason(error))
    cache.write(scanned.key, summary)
    return scanned._replace(summary=summary)


def _with_room(work: Callable[[], bytes]) -> bytes:
    """Give the result of ``work``, done again on a deep stack where the ordinary one is too small.

    Python itself compiles some of what takes more: a thousand ``elif`` in generated code.
    """
    try:
        return work()
    except RecursionError:
        return on_deep_stack(work)


def _read(source: Source) -> tuple[Scanned, bytes]:
    try:
        data = _data(source)
    except OSError as error:
        return Scanned(source.file, b"", f"can't be read: {error.strerror or error}"), b""
    if len(data) > _LARGEST:
        return Scanned(source.file, b"", f"larger than {_LARGEST // 1_000_000} MB"), b""
    if data.startswith(_WIDE):
        reason = "encoded in UTF-16 or UTF-32, which Python does not read"
        return Scanned(source.file, b"", reason), b""
    return Scanned(source.file, b"", "", key_of(source.file, source.module, data)), data


def key_of(file: str, module: str, data: bytes) -> str:
    """Name all that the summary of a file follows from."""
    return SummaryCache.key(data, module, package=_is_package(file))


def _data(source: Source) -> bytes:
    """Read a file, but of one that is too large no more than shows it."""
    if source.data is not None:
        return source.data
    with open(source.path, "rb") as file:  # noqa: PTH123 - thousands of times
        return file.read(_LARGEST + 1)


def _is_package(file: str) -> bool:
    return file.rpartition("/")[2] == "__init__.py"


def _reason(error: Exception) -> str:
    if isinstance(error, SyntaxError):
        line = f", line {error.lineno}" if error.lineno else ""
        return f"does not parse as Python {_PYTHON}: {error.msg}{line}"
    if isinstance(error, RecursionError | MemoryError):
        return "nested too deeply to be parsed"
    return f"does not parse: {error}"
