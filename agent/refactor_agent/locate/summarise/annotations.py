"""Annotations: terms without calls and loads, read as types later."""

from __future__ import annotations

import ast

from refactor_agent.locate.summarise.walk import Walk
from refactor_agent.locate.terms import Term

__all__ = ["annotation"]


def annotation(  # noqa: PLR0911 - one for each kind of node
    walk: Walk, node: ast.expr | None
) -> Term:
    """Give the term of an annotation; strings in it are annotations too."""
    if node is None:
        return None
    if isinstance(node, ast.Name):
        return walk.scope.read(node.id)
    if isinstance(node, ast.Attribute):
        base = annotation(walk, node.value)
        return None if base is None else ("a", base, node.attr)
    if isinstance(node, ast.Constant):
        return _constant(walk, node)
    if isinstance(node, ast.Subscript):
        base = annotation(walk, node.value)
        return None if base is None else ("s", base, _argument(walk, node))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return ("o", "|", annotation(walk, node.left), annotation(walk, node.right))
    if isinstance(node, ast.Tuple | ast.List):
        return ("t", tuple(annotation(walk, item) for item in node.elts))
    return walk.value(node) if isinstance(node, ast.Call) else None


def _argument(walk: Walk, node: ast.Subscript) -> Term:
    base = node.value
    name = base.id if isinstance(base, ast.Name) else getattr(base, "attr", "")
    if name == "Literal":
        return None
    if name == "Annotated" and isinstance(node.slice, ast.Tuple):
        return ("t", tuple(annotation(walk, item) for item in node.slice.elts))
    return annotation(walk, node.slice)


def _constant(walk: Walk, node: ast.Constant) -> Term:
    if node.value is None:
        return ("#", None)
    if not isinstance(node.value, str):
        return None
    try:
        parsed = ast.parse(node.value.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None
    places = ast.walk(parsed)
    if any(isinstance(part, ast.Call | ast.Lambda) for part in places):
        return None
    return annotation(walk, parsed)
