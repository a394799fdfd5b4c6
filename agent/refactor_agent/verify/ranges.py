"""Sets of line numbers, written as ``3-7,9``."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["format_ranges", "parse_ranges"]


def parse_ranges(text: str) -> frozenset[int]:
    """Read ``3-7,9`` as a set of numbers; the empty string is the empty set."""
    numbers: set[int] = set()
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        numbers.update(range(int(first), int(last or first) + 1))
    return frozenset(numbers)


def format_ranges(numbers: Iterable[int]) -> str:
    """Write a set of numbers as ``3-7,9``."""
    parts: list[list[int]] = []
    for number in sorted(set(numbers)):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)
