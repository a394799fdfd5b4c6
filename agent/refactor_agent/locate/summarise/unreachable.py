"""Code that never runs: behind a condition that is a constant, or a statement that leaves."""

from __future__ import annotations

import ast

__all__ = ["constant_truth"]


def constant_truth(node: ast.expr) -> bool | None:
    """Say what a condition is whenever the code runs; ``None`` where that is not known."""
    kind = type(node)
    if kind is ast.Compare or kind is ast.Call:
        return None
    if kind is ast.Name or kind is ast.Attribute:
        name = getattr(node, "id", None) or getattr(node, "attr", None)
        return False if name == "TYPE_CHECKING" else None
    if isinstance(node, ast.Constant):
        return bool(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = constant_truth(node.operand)
        return None if inner is None else not inner
    if isinstance(node, ast.BoolOp):
        decisive = isinstance(node.op, ast.Or)
        return decisive if decisive in map(constant_truth, node.values) else None
    return None
