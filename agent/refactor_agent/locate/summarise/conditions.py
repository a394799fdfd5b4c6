"""Conditions, and what is known where they hold."""

from __future__ import annotations

import ast
from collections.abc import Callable

from refactor_agent.locate.summarise.walk import Walk

__all__ = ["condition", "narrow", "narrow_to_opposite"]


def condition(walk: Walk, node: ast.expr) -> Callable[[], None]:
    """Walk a condition; the result binds what is known where it holds."""
    walk.value(node)
    return lambda: narrow(walk, node)


def narrow(walk: Walk, node: ast.expr) -> None:
    """Bind what is known where ``node`` is true."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        for part in node.values:
            narrow(walk, part)
    elif (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "isinstance"
        and len(node.args) == 2
        and isinstance(node.args[0], ast.Name)
    ):
        before, number = len(walk.body.loads), len(walk.body.calls)
        kind = walk.value(node.args[1])
        del walk.body.loads[before:]
        if number == len(walk.body.calls):
            walk.scope.narrow(node.args[0].id, ("N", kind))
    elif isinstance(node, ast.NamedExpr):
        narrow(walk, node.value)


def narrow_to_opposite(walk: Walk, node: ast.expr) -> None:
    """Bind what is known where ``node`` is false: after ``if not isinstance(x, C): return``."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        narrow(walk, node.operand)
    elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        for part in node.values:
            narrow_to_opposite(walk, part)
