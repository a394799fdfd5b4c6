"""The keywords of calls, by their place."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from refactor_agent.domain.place import Site, Span
from refactor_agent.tree import Tree

__all__ = ["Keywords"]


class Keywords:
    """Reads which arguments calls give by name; parses each file once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._files: dict[str, Mapping[Span, ast.Call]] = {}

    def of(self, site: Site) -> tuple[str, ...] | None:
        """Give the keywords of the call at ``site``; `None` where ``**`` hides some."""
        call = self._calls(site.file).get(site.span)
        if call is None or any(keyword.arg is None for keyword in call.keywords):
            return None
        return tuple(keyword.arg for keyword in call.keywords if keyword.arg is not None)

    def _calls(self, file: str) -> Mapping[Span, ast.Call]:
        if file not in self._files:
            nodes = ast.walk(ast.parse(self._tree.read(file)))
            calls = (node for node in nodes if isinstance(node, ast.Call))
            self._files[file] = {_span(call): call for call in calls}
        return self._files[file]


def _span(node: ast.Call) -> Span:
    end_line, end_column = node.end_lineno or 0, node.end_col_offset or 0
    return Span(node.lineno, node.col_offset, end_line, end_column)
