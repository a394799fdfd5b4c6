"""What answers for httpx in tests, read as what answers for `requests` there."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

__all__ = ["answering_for_requests", "spelled_otherwise"]

_NAMES = {"respx": "responses", "respx_mock": "requests_mock"}
_STARTS = "mock"
"""What starts it as a decorator: ``respx.mock`` is ``responses.activate``."""


def answering_for_requests(node: ast.AST) -> ast.AST:
    """Give a copy of ``node``, of a test, as it reads where respx is responses or requests_mock.

    Both count calls alike (``len(responses.calls)``), are started by a decorator, or handed to the
    test as a parameter.
    """
    made: ast.AST = _AsRequests().visit(copy.deepcopy(node))
    return ast.fix_missing_locations(made)


def spelled_otherwise(test: ast.AST) -> Iterator[str]:
    """Give what ``test`` names in another way because it answers for httpx.

    ``requests_mock`` where it asks for ``respx_mock``, and the text ``'GET'`` where it calls
    ``respx.get``.
    """
    for node in ast.walk(test):
        if isinstance(node, ast.Name) and node.id == "respx_mock":
            yield _NAMES[node.id]
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "respx":
            yield repr(node.attr.upper())


class _AsRequests(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(id=_NAMES.get(node.id, node.id), ctx=node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(arg=_NAMES.get(node.arg, node.arg), annotation=node.annotation)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id == "respx" and node.attr == _STARTS:
            return ast.Attribute(ast.Name("responses", ast.Load()), "activate", node.ctx)
        return self.generic_visit(node)
