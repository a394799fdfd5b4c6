"""tox's environments and factors: which lines of its settings hold for which environment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

__all__ = ["expanded", "likely_first", "lines_for", "speaks_of_tests"]

_CONDITION = re.compile(r"(!?[\w.]+(?:-!?[\w.]+)*(?:\s*,\s*!?[\w.]+(?:-!?[\w.]+)*)*)\s*:\s+(.*)$")
_BRACES = re.compile(r"\{([^{}]*)\}")
_RUNS_TESTS = re.compile(r"py\d*|pypy\d*|tests?|unit\w*")


def expanded(text: str) -> Iterator[str]:
    """Give the names that ``py{310,311}-{cov,}`` and the like stand for, in order.

    Names are parted by commas outside of braces, and by white space.
    """
    for name in re.split(r"[\s,]+(?![^{]*\})", text.strip()):
        if name:
            yield from _unfolded(name)


def _unfolded(name: str) -> Iterator[str]:
    match = _BRACES.search(name)
    if match is None:
        yield name.strip("-")
        return
    for choice in match[1].split(","):
        yield from _unfolded(name[: match.start()] + choice.strip() + name[match.end() :])


def likely_first(names: Sequence[str]) -> list[str]:
    """Give the names with those first that speak of tests or of a Python."""
    return sorted(names, key=lambda name: not speaks_of_tests(name))


def speaks_of_tests(name: str) -> bool:
    """Say whether an environment or a session seems to be one that runs tests."""
    return any(_RUNS_TESTS.fullmatch(factor.replace(".", "")) for factor in name.split("-"))


def lines_for(text: str, environment: str) -> Iterator[str]:
    """Give the lines of a setting that hold for an environment, long ones as one."""
    factors = set(environment.split("-"))
    for line in text.replace("\\\n", " ").splitlines():
        stripped = line.strip()
        match = _CONDITION.fullmatch(stripped)
        if match is None:
            if stripped and not stripped.startswith("#"):
                yield stripped
        elif any(_holds(choice.strip(), factors) for choice in match[1].split(",")):
            yield match[2]


def _holds(choice: str, factors: set[str]) -> bool:
    return all(
        factor.removeprefix("!") not in factors if factor.startswith("!") else factor in factors
        for factor in choice.split("-")
    )
