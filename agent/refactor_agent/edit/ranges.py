"""Ranges of versions, as far as it can be told that two of them have nothing in common.

After PEP 440 and Poetry's own marks (``^``, ``~``, ``2.*``); what can't be read is no bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["are_apart"]

_CLAUSE = re.compile(r"\s*(===|==|~=|!=|>=|<=|>|<|\^|~|=)?\s*v?(\d+(?:\.\d+)*)(\.\*)?\s*")
Release = tuple[int, ...]


class _Bounds(NamedTuple):
    """What a version must not be below, and what it must be below."""

    low: Release = ()
    high: Release | None = None


def are_apart(one: str, other: str) -> bool:
    """Say whether no version can be in both ranges: ``<9`` and ``>=9,<11``."""
    first, second = _bounds(one), _bounds(other)
    return _is_above(first, second) or _is_above(second, first)


def _is_above(one: _Bounds, other: _Bounds) -> bool:
    if other.high is None:
        return False
    length = max(len(one.low), len(other.high))
    return _padded(one.low, length) >= _padded(other.high, length)


def _bounds(text: str) -> _Bounds:
    low: Release = ()
    high: Release | None = None
    for bounds in map(_of_clause, text.split(",")):
        low = max(low, bounds.low)
        if bounds.high is not None:
            high = bounds.high if high is None else min(high, bounds.high)
    return _Bounds(low, high)


def _of_clause(clause: str) -> _Bounds:
    match = _CLAUSE.fullmatch(clause)
    if match is None:
        return _Bounds()
    mark, star = match[1] or "", match[3] is not None
    release = tuple(int(part) for part in match[2].split("."))
    if mark == "!=":
        return _Bounds()
    if mark in {">=", ">"}:
        return _Bounds(release)
    if mark == "<":
        return _Bounds(high=release)
    if mark == "<=":
        return _Bounds(high=_just_above(release))
    return _Bounds(release, dict(_ends(release, star)).get(mark))


def _ends(release: Release, star: bool) -> Iterator[tuple[str, Release]]:
    """Give what a version must be below, by the mark before ``release``."""
    exact = _next(release) if star else _just_above(release)
    significant = next((i for i, part in enumerate(release) if part), len(release) - 1)
    yield from ((mark, exact) for mark in ("", "==", "===", "="))
    yield "~=", _next(release[:-1] or release)
    yield "~", _next(release[:2])
    yield "^", _next(release[: significant + 1])


def _next(release: Release) -> Release:
    return (*release[:-1], release[-1] + 1)


def _just_above(release: Release) -> Release:
    return (*release, 1)


def _padded(release: Release, length: int) -> Release:
    return (*release, *(0,) * (length - len(release)))
