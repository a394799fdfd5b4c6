"""What functions are called after a conversion, matched with what they were."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

__all__ = ["new_names"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def new_names(before: bytes, after: bytes) -> Mapping[str, str]:
    """Give each function of ``before`` (``Class.method``) its bare name in ``after``.

    Conversions keep the order of functions and add none inside classes or functions, so that they
    are matched by position where names differ.
    """
    return dict(_matched(ast.parse(before), ast.parse(after), ""))


def _matched(before: ast.AST, after: ast.AST, path: str) -> Iterator[tuple[str, str]]:
    old, new = list(_defined(before)), list(_defined(after))
    known = {node.name for node in old}
    if len(new) > len(old):  # helpers stand before the first definition
        new = [node for node in new if node.name in known] if len(new) != len(old) else new
    for one, other in zip(old, new, strict=False):
        if isinstance(one, _Function):
            yield f"{path}{one.name}", other.name
        yield from _matched(one, other, f"{path}{one.name}.")


def _defined(node: ast.AST) -> Iterator[_Function | ast.ClassDef]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _Function | ast.ClassDef):
            yield child
        elif not isinstance(child, ast.expr):
            yield from _defined(child)
