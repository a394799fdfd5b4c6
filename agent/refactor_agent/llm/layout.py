"""Move code between a function's own indentation and none, leaving strings as they are."""

from __future__ import annotations

import io
import tokenize

__all__ = ["dedent", "indent", "indentation"]


def indentation(code: str) -> str:
    """Give the white space before the first line that has any text."""
    first = next((line for line in io.StringIO(code) if line.strip()), "")
    return first[: len(first) - len(first.lstrip())]


def dedent(code: str) -> str:
    """Take the first line's indentation off every line that does not continue a string."""
    prefix = indentation(code)
    if not prefix:
        return code
    kept = _inside_strings(code)
    return "".join(
        line if number in kept else line.removeprefix(prefix)
        for number, line in enumerate(io.StringIO(code), start=1)
    )


def indent(code: str, prefix: str) -> str:
    """Put ``prefix`` before every line that has text and does not continue a string."""
    if not prefix:
        return code
    kept = _inside_strings(code)
    return "".join(
        prefix + line if line.strip() and number not in kept else line
        for number, line in enumerate(io.StringIO(code), start=1)
    )


def _inside_strings(code: str) -> frozenset[int]:
    """Give the numbers of lines whose start lies inside a string; raises `SyntaxError`."""
    inside: set[int] = set()
    opened: list[int] = []
    for token in _tokens(code):
        kind = tokenize.tok_name[token.type]
        if kind.endswith("STRING_START"):
            opened.append(token.start[0])
        first = opened.pop() if kind.endswith("STRING_END") else token.start[0]
        if kind == "STRING" or kind.endswith("STRING_END"):
            inside.update(range(first + 1, token.end[0] + 1))
    return frozenset(inside)


def _tokens(code: str) -> list[tokenize.TokenInfo]:
    try:
        return list(tokenize.generate_tokens(io.StringIO(code).readline))
    except tokenize.TokenError as error:
        raise SyntaxError(str(error.args[0])) from error
