"""Tests that put something in the place of a function of `requests`, by its name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

__all__ = ["patches_of_requests", "unlike_patches"]

_WHOLE = re.compile(r"(?:[A-Za-z_]\w*\.)*requests(?:\.\w+)*")
_FUNCTION = re.compile(
    r"(?:[A-Za-z_]\w*\.)+requests\.(?:get|post|put|patch|delete|options|request)"
)
_PATCHES = frozenset({"patch", "mock.patch", "unittest.mock.patch", "mocker.patch"})
_BY_OBJECT = frozenset({"monkeypatch.setattr", *(f"{name}.object" for name in _PATCHES)})


def patches_of_requests(data: bytes) -> Iterator[ast.Call]:
    """Give the calls in a file of tests that replace `requests`, or a function of it."""
    for node in ast.walk(ast.parse(data)):
        if isinstance(node, ast.Call) and node.args:
            first, name = node.args[0], ast.unparse(node.func)
            by_text = isinstance(first, ast.Constant) and isinstance(first.value, str)
            text = str(first.value) if isinstance(first, ast.Constant) else ast.unparse(first)
            is_one = name in _PATCHES | _BY_OBJECT if by_text else name in _BY_OBJECT
            if is_one and _WHOLE.fullmatch(text):
                yield node


def unlike_patches(data: bytes) -> Iterator[str]:
    """Say which of them can't replace the method of an `httpx.AsyncClient` in the same way.

    Those can that name one function by its module, and let `patch` make the mock, which it makes
    awaitable: a function or an object of the test's own would have to be async, and to take a
    client.
    """
    for call in patches_of_requests(data):
        first, name = call.args[0], ast.unparse(call.func)
        text = str(first.value) if isinstance(first, ast.Constant) else ""
        given = {word.arg for word in call.keywords}
        raises = any("requests" in ast.unparse(word.value) for word in call.keywords)
        by_name = name in _PATCHES and _FUNCTION.fullmatch(text)
        plain = len(call.args) == 1 and given <= {"return_value", "side_effect"} and not raises
        if not (by_name and plain):
            yield f"line {call.lineno}: what {name} puts in the place of requests would not fit"
