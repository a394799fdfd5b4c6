"""Whether a loop runs over what was waited for whole."""

from __future__ import annotations

import ast

from refactor_agent.verify.checks._functions import own_nodes
from refactor_agent.verify.syntax import FunctionNode

__all__ = ["is_gathered"]


def is_gathered(function: FunctionNode, loop: ast.For | ast.AsyncFor | ast.While) -> bool:
    """Whether the loop runs over what an await gave whole, in place or by a name."""
    if not isinstance(loop, ast.For):
        return False
    if any(isinstance(node, ast.Await) for node in (loop.iter, *own_nodes(loop.iter))):
        return True
    names = {node.id for node in (loop.iter, *own_nodes(loop.iter)) if isinstance(node, ast.Name)}
    return any(_fills(node, names) for node in own_nodes(function))


def _fills(node: ast.AST, names: set[str]) -> bool:
    """Whether a statement puts awaited items into one of ``names``."""
    if isinstance(node, ast.Assign) and _awaits(node.value):
        return any(isinstance(target, ast.Name) and target.id in names for target in node.targets)
    if isinstance(node, ast.For | ast.AsyncFor) and (
        isinstance(node, ast.AsyncFor) or _awaits(node.iter) or any(map(_awaits, node.body))
    ):
        return any(_appends(part, names) for line in node.body for part in (line, *own_nodes(line)))
    return False


def _awaits(node: ast.AST) -> bool:
    return any(
        isinstance(part, ast.Await) or (isinstance(part, ast.comprehension) and part.is_async)
        for part in (node, *own_nodes(node))
    )


def _appends(node: ast.AST, names: set[str]) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"append", "extend", "add"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in names
    )
