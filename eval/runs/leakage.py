"""Looks for held-out cases in what is tuned: code, rules and prompts must not name one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.runs.values import Case

__all__ = ["TUNED", "leaks"]

_ROOT = Path(__file__).parents[2]
TUNED = tuple(_ROOT / name for name in ("agent", "rules", "prompts"))
_TEXT = frozenset({".py", ".md", ".toml", ".j2", ".json", ".txt", ".mdc"})


def leaks(cases: Sequence[Case], places: Sequence[Path] = TUNED) -> Iterator[str]:
    """Say which files name a held-out case, or a package that is held out whole."""
    names = sorted(_names(cases), key=len, reverse=True)
    if not names:
        return
    pattern = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, names))})(?![\w-])", re.IGNORECASE)
    for path in (path for place in places for path in sorted(place.rglob("*"))):
        if path.suffix in _TEXT:
            for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
                for match in pattern.finditer(line):
                    yield f"{path}:{number} names {match[0]}"


def _names(cases: Sequence[Case]) -> set[str]:
    """Give ids of held-out cases, and groups and batches all of whose cases are held out.

    These are packages and applications, where a suite has such.

    A single word, such as the construct ``recursion``, is no name that could give a case away.
    """
    held = {case.id for case in cases if case.split == "held-out"}
    dev = {name for case in cases if case.split == "dev" for name in (case.group, case.batch)}
    whole = {name for case in cases for name in (case.group, case.batch)} - dev - {""}
    return {name for name in held if re.search(r"[\W_]", name)} | whole
