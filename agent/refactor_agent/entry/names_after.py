"""What functions are called after a conversion, matched with what they were."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

__all__ = ["new_names"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def new_names(before: bytes, after: bytes) -> Mapping[str, str]:
    """Give each function of ``before`` (``Class.method``) its bare name in ``after``.

    Conversions keep the order of functions and add none inside classes or functions, so that they
    are matched by position where names differ. A command's own code stands in the coroutine that
    its face, which has its name, runs.
    """
    old, new = ast.parse(before), ast.parse(after)
    return {**dict(_matched(old, new, "")), **dict(_behind_faces(old, new))}


def _behind_faces(before: ast.Module, after: ast.Module) -> Iterator[tuple[str, str]]:
    known = {node.name for node in before.body if isinstance(node, _Function)}
    coroutines = [node for node in after.body if isinstance(node, ast.AsyncFunctionDef)]
    fresh = {node.name for node in coroutines} - known
    for node in after.body:
        if isinstance(node, ast.FunctionDef) and node.name in known and node.body:
            called = re.search(r"asyncio\.run\((\w+)\(", ast.unparse(node.body[-1]))
            if called is not None and called[1] in fresh:
                yield node.name, called[1]


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
