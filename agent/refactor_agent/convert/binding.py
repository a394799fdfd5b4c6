"""Which name a piece of syntax binds."""

from __future__ import annotations

import ast

__all__ = ["bound_by"]


def bound_by(node: ast.AST) -> str | None:
    """Give the name that ``node`` itself binds or deletes in its scope, imports aside."""
    if isinstance(node, ast.Name):
        return None if isinstance(node.ctx, ast.Load) else node.id
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name
    if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
        return node.name
    return node.rest if isinstance(node, ast.MatchMapping) else None
