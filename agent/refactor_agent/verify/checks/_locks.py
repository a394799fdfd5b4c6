"""What keeps other tasks out of a section."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._functions import CLOSED, nodes_within
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["is_lock", "lock_blocks", "with_locks"]

_WORDS = ("lock", "mutex", "guard")
_SEVERAL = ("sem", "limit")
"""Semaphores let several in."""


def is_lock(node: ast.expr, *, waits: bool) -> bool:
    """Say whether entering ``node`` keeps others out; ``waits`` where an await enters it.

    Awaited contexts that are not called are locks: what is opened for the block is made there.
    """
    text = ast.unparse(node).lower()
    if any(word in text for word in _SEVERAL):
        return False
    return any(word in text for word in _WORDS) or (waits and not isinstance(node, ast.Call))


def with_locks(function: FunctionNode) -> Iterator[tuple[ast.AST, frozenset[str]]]:
    """Give the nodes that run as part of ``function``, each with the locks it runs under."""
    return nodes_within(ast.iter_child_nodes(function), _locks_entered)


def _locks_entered(node: ast.AST, child: ast.AST) -> frozenset[str]:
    if not isinstance(node, ast.With | ast.AsyncWith) or child not in node.body:
        return frozenset()
    waits = isinstance(node, ast.AsyncWith)
    items = [item.context_expr for item in node.items]
    return frozenset(ast.unparse(one) for one in items if is_lock(one, waits=waits))


def lock_blocks(module: Module, node: ast.AST) -> frozenset[ast.AST]:
    """Give the `with` statements that hold a lock while ``node`` runs.

    Between two of them the lock is let go, also where it is the same lock.
    """
    found = set[ast.AST]()
    inner = node
    for parent in module.ancestors(node):
        if isinstance(parent, CLOSED):
            break
        if isinstance(parent, ast.With | ast.AsyncWith) and inner in parent.body:
            waits = isinstance(parent, ast.AsyncWith)
            if any(is_lock(item.context_expr, waits=waits) for item in parent.items):
                found.add(parent)
        inner = parent
    return frozenset(found)
