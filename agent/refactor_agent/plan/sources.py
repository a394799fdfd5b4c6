"""The project's files, read and parsed when first asked for."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from refactor_agent.domain.place import Span
from refactor_agent.project import Project

__all__ = ["Index", "Sources", "span_of"]


@dataclass(frozen=True, eq=False)
class Index:
    """The nodes of one file by what is asked for."""

    parents: Mapping[ast.AST, ast.AST]
    expressions: Mapping[Span, ast.expr]
    """The outermost of those that stand at one place."""
    functions: Mapping[int, ast.FunctionDef]
    """By the line of the first decorator, or else of ``def``."""


class Sources:
    """The texts of a project's Python files, and their trees."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.index = cache(self._index_of)
        """Give the index of a file; an empty one where it does not parse."""

    @cached_property
    def texts(self) -> Mapping[str, bytes]:
        """The bytes of each file, by path."""
        return {source.file: source.path.read_bytes() for source in self._project.sources.files}

    @cached_property
    def trees(self) -> Mapping[str, ast.Module]:
        """The tree of each file, empty where it does not parse."""
        found = {}
        for file, data in self.texts.items():
            try:
                found[file] = ast.parse(data)
            except (SyntaxError, ValueError):
                found[file] = ast.Module([], [])
        return found

    def _index_of(self, file: str) -> Index:
        tree = self.trees.get(file, ast.Module([], []))
        parents: dict[ast.AST, ast.AST] = {}
        expressions: dict[Span, ast.expr] = {}
        functions: dict[int, ast.FunctionDef] = {}
        for node in ast.walk(tree):
            parents.update(dict.fromkeys(ast.iter_child_nodes(node), node))
            if isinstance(node, ast.expr):
                expressions.setdefault(span_of(node), node)
            elif isinstance(node, ast.FunctionDef):
                line = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                functions[line] = node
        return Index(parents, expressions, functions)


def span_of(node: ast.expr | ast.stmt) -> Span:
    """Give the place of a node."""
    end = node.end_lineno or 0, node.end_col_offset or 0
    return Span(node.lineno, node.col_offset, *end)
