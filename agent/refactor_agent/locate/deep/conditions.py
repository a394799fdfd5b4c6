"""Calls that a function makes only under a condition."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import NamedTuple

from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.terms import Place

__all__ = ["Conditions"]


class Conditions:
    """Knows, file by file, which calls stand under a condition of their own function."""

    def __init__(self, read: Callable[[str], bytes]) -> None:
        """Take what gives the source of a file by its name; it is read when first asked for."""
        self._read = read
        self._known: dict[str, frozenset[Place]] = {}

    def hold_back(self, function: ProjectFunction, place: Place) -> bool:
        """Say whether a condition decides if the call at ``place`` is made."""
        file = function.module.file
        if file not in self._known:
            self._known[file] = frozenset(_conditional(ast.parse(self._read(file))))
        return place in self._known[file]


class _Visit(NamedTuple):
    node: ast.AST
    conditional: bool


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def _conditional(tree: ast.AST) -> Iterator[Place]:
    waiting = [_Visit(tree, conditional=False)]
    while waiting:
        node, conditional = waiting.pop()
        if isinstance(node, ast.Call) and conditional:
            end = (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
            yield (node.lineno, node.col_offset, *end)
        for part, decided in _parts(node):
            is_conditional = decided or (conditional and not isinstance(node, _FUNCTIONS))
            waiting.append(_Visit(part, is_conditional))


def _parts(node: ast.AST) -> Iterator[tuple[ast.AST, bool]]:
    """Give the parts of a node, each with whether ``node`` decides if it runs."""
    always: set[ast.AST] | None = None
    if isinstance(node, ast.If | ast.IfExp):
        always = {node.test}
    elif isinstance(node, ast.BoolOp):
        always = {node.values[0]}
    elif isinstance(node, ast.Match):
        always = {node.subject}
    for part in ast.iter_child_nodes(node):
        yield part, always is not None and part not in always
