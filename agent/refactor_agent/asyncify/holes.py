"""Callables that only the caller knows: what people say of them in words.

``user callbacks (on_open): may be coroutine functions`` names no function, but it says that what
is called ``callback`` or ``on_open``, and is known as nothing else, may have to be awaited.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["Holes", "find_holes"]

_WORD = re.compile(r"[A-Za-z_]\w*")
_STAYS = re.compile(r"\b(stays?|remains?|is|are) sync\b")
_MAYBE = re.compile(r"\bmay\b|\bwhen it is\b|\bif it is\b|\bor plain\b")
_ASYNC = re.compile(r"\b(async|coroutine|awaitable)", re.IGNORECASE)


class Holes(NamedTuple):
    """The names of such callables."""

    awaited: frozenset[str] = frozenset()
    maybe: frozenset[str] = frozenset()
    """Those that may also be plain functions."""

    def name(self, name: str) -> bool:
        """Say whether a callable, or what holds several, is one of them: ``_hooks``, ``hook``."""
        return any(word in self.awaited | self.maybe for word in _forms(name))

    def is_maybe(self, name: str) -> bool:
        """Say whether it is one that may also be a plain function."""
        return any(word in self.maybe for word in _forms(name))


def find_holes(prose: Mapping[str, str]) -> Holes:
    """Read the names out of pairs that name no class or function."""
    awaited: set[str] = set()
    maybe: set[str] = set()
    for key, value in prose.items():
        if _ASYNC.search(value):
            (maybe if _MAYBE.search(value) else awaited).update(_names(key))
    return Holes(frozenset(awaited - maybe), frozenset(maybe))


def _forms(name: str) -> tuple[str, ...]:
    """Give a name as it is, and as the name of one where it is that of several."""
    bare = name.strip("_")
    one = f"{bare[:-3]}y" if bare.endswith("ies") else bare.removesuffix("s")
    return (name,) if not bare or name == one else (name, bare, one)


def _names(text: str) -> set[str]:
    parts = re.split(r"[(),;]", text)
    words = {word for part in parts if not _STAYS.search(part) for word in _WORD.findall(part)}
    return words | {word.removesuffix("s") for word in words}
