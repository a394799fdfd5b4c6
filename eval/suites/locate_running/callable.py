"""Which async functions of a construct can be called as they are."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from eval.suites.locate_micro.construct import Construct

__all__ = ["entries_of"]


def entries_of(construct: Construct) -> tuple[str, ...]:
    """Give them as ``module:name``; none where one that is expected can't be called.

    They stand at the top of their module, need no argument, and the construct imports nothing but
    itself and the standard library.
    """
    trees = {}
    for file, text in construct.files:
        try:
            trees[_module(file)] = ast.parse(text)
        except SyntaxError:
            return ()
    own = {module.partition(".")[0] for module in trees}
    if any(root not in own | sys.stdlib_module_names for t in trees.values() for root in _roots(t)):
        return ()
    found = {
        f"{module}.{node.name}": f"{module}:{node.name}"
        for module, tree in trees.items()
        for node in tree.body
        if isinstance(node, ast.AsyncFunctionDef) and _needs_nothing(node)
    }
    if any(one.chain[0] not in found for one in construct.expected):
        return ()
    return tuple(found.values())


def _module(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _roots(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


def _needs_nothing(function: ast.AsyncFunctionDef) -> bool:
    given = function.args
    without = len(given.posonlyargs) + len(given.args) - len(given.defaults)
    return not without and None not in given.kw_defaults
