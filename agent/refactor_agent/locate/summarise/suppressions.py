"""Comments that suppress findings: ``# refactor-agent: ignore[RA101] reason``."""

from __future__ import annotations

import io
import re
import tokenize

__all__ = ["suppressions"]

_COMMENT = re.compile(r"#\s*refactor-agent:\s*ignore(?:\[(?P<rules>[A-Z0-9,\s]*)\])?")


def suppressions(source: bytes) -> dict[int, tuple[str, ...]]:
    """Give line to suppressed rule ids; an empty tuple stands for every rule."""
    if b"refactor-agent: ignore" not in source and b"refactor-agent:ignore" not in source:
        return {}
    found: dict[int, tuple[str, ...]] = {}
    for token in tokenize.tokenize(io.BytesIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        match = _COMMENT.search(token.string)
        if match is not None:
            rules = (match["rules"] or "").replace(",", " ").split()
            found[token.start[0]] = tuple(rules)
    return found
