"""Gives converted code the names that the async side has, so that its tests find it."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator

from eval.suites.twins.package import Package, Pair

__all__ = ["renamed"]

_CALM = frozenset({tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.INDENT})


def renamed(code: str, package: Package, pair: Pair) -> str:
    """Give ``code`` with the names of the async side; raises `SyntaxError` or `TokenError`.

    Strings and comments stay as they are, but for what ``text`` matches.
    """
    for old, new in (*package.text, *pair.text):
        code = re.sub(old, new, code)
    lines = code.splitlines(keepends=True)
    for row, start, end, name in reversed(list(_edits(code, package, pair))):
        lines[row - 1] = lines[row - 1][:start] + name + lines[row - 1][end:]
    return "".join(lines)


def _edits(code: str, package: Package, pair: Pair) -> Iterator[tuple[int, int, int, str]]:
    plain = {**package.names, **pair.classes}
    before = ""
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.NAME:
            member = before in {".", "def"}
            names = package.members if member else plain
            new = names.get(token.string) or (plain.get(token.string) if before == "def" else None)
            if new is not None:
                yield token.start[0], token.start[1], token.end[1], new
        if token.type not in _CALM:
            before = token.string
