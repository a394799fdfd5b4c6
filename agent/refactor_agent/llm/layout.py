"""Move code between a function's own indentation and none, leaving strings as they are."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator
from itertools import accumulate

__all__ = ["dedent", "indent", "indentation", "keep_strings"]

_Place = tuple[int, int]
"""Line from 1, column in characters from 0."""


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


def keep_strings(code: str, original: str) -> str:
    """Give ``code`` with its multi-line strings as ``original`` has them.

    Strings that differ from one there by the indentation of their lines only get its text back:
    whoever moved the code by hand moved what they hold.
    """
    known: dict[str, str] = {}
    for _, _, text in _long_strings(original):
        known.setdefault(_unindented(text), text)
    for start, end, text in reversed(_long_strings(code)):
        code = code[:start] + known.get(_unindented(text), text) + code[end:]
    return code


def _unindented(text: str) -> str:
    return "\n".join(line.strip() for line in text.split("\n"))


def _long_strings(code: str) -> list[tuple[int, int, str]]:
    """Give the offsets and texts of the outermost strings that span lines, in order."""
    starts = [0, *accumulate(len(line) for line in io.StringIO(code))]
    found: list[tuple[int, int, str]] = []
    for first, last in _strings(code):
        if first[0] == last[0]:
            continue
        start, end = starts[first[0] - 1] + first[1], starts[last[0] - 1] + last[1]
        while found and found[-1][0] > start:  # it stands inside this one
            found.pop()
        found.append((start, end, code[start:end]))
    return found


def _inside_strings(code: str) -> frozenset[int]:
    """Give the numbers of lines whose start lies inside a string; raises `SyntaxError`."""
    spans = (range(first[0] + 1, last[0] + 1) for first, last in _strings(code))
    return frozenset(line for span in spans for line in span)


def _strings(code: str) -> Iterator[tuple[_Place, _Place]]:
    """Give where each string starts and ends, in the order of their ends."""
    opened: list[_Place] = []
    for token in _tokens(code):
        kind = tokenize.tok_name[token.type]
        if kind.endswith("STRING_START"):
            opened.append(token.start)
        elif kind.endswith("STRING_END"):
            yield opened.pop(), token.end
        elif kind == "STRING":
            yield token.start, token.end


def _tokens(code: str) -> list[tokenize.TokenInfo]:
    try:
        return list(tokenize.generate_tokens(io.StringIO(code).readline))
    except tokenize.TokenError as error:
        raise SyntaxError(str(error.args[0])) from error
