"""Comments that suppress findings: ``# refactor-agent: ignore[RA101] reason``."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator

__all__ = ["suppressions"]

_COMMENT = re.compile(
    r"#\s*refactor-agent:\s*ignore(?:\[(?P<rules>[^\]#]+)\]|(?![\w\[-]))(?P<reason>[^#]*)"
)


def suppressions(source: bytes) -> tuple[dict[int, tuple[str, ...]], dict[int, str]]:
    """Give line to suppressed rule ids, and line to the reason where the comment gives one.

    An empty tuple of ids stands for every rule. What stands in brackets is taken for ids
    whatever it is, so that a misspelt one suppresses nothing.
    """
    rules: dict[int, tuple[str, ...]] = {}
    reasons: dict[int, str] = {}
    for line, comment in _comments(source):
        match = _COMMENT.search(comment)
        if match is None:
            continue
        rules[line] = tuple((match["rules"] or "").upper().replace(",", " ").split())
        reason = match["reason"].strip().lstrip("-:\u2013\u2014 ").strip()
        if reason:
            reasons[line] = reason
    return rules, reasons


def _comments(source: bytes) -> Iterator[tuple[int, str]]:
    if b"refactor-agent: ignore" not in source and b"refactor-agent:ignore" not in source:
        return
    for token in tokenize.tokenize(io.BytesIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
