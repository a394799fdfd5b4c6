"""What tests put something in the place of, by its name."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from refactor_agent.verify.syntax import dotted

__all__ = ["patch_targets", "said_keywords", "without_targets"]

_PATCHES = frozenset({"patch", "mock.patch", "unittest.mock.patch", "mocker.patch"})


def patch_targets(node: ast.AST) -> Iterator[ast.Constant]:
    """Give the texts that name what `patch` replaces, under ``node``."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and dotted(part.func) in _PATCHES and part.args:
            first = part.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first


def without_targets(node: ast.expr) -> ast.expr:
    """Give a copy of ``node`` in which every target is only its module: ``shop``."""
    made = copy.deepcopy(node)
    for target in patch_targets(made):
        target.value = str(target.value).partition(".")[0]
    for part in ast.walk(made):
        if isinstance(part, ast.Call):
            part.keywords = list(said_keywords(part))
    return made


def said_keywords(call: ast.Call) -> Iterator[ast.keyword]:
    """Give the keywords of a call, without what tells `patch` to do what it does by itself."""
    is_patch = dotted(call.func) in _PATCHES
    yield from (word for word in call.keywords if not (is_patch and _is_default(word)))


def _is_default(word: ast.keyword) -> bool:
    """Say whether a mock is told to give what it gives by itself where it is not awaited."""
    return word.arg == "return_value" and ast.unparse(word.value).endswith("MagicMock()")
