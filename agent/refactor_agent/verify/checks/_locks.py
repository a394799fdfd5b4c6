"""What keeps other tasks out of a section."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._functions import CLOSED
from refactor_agent.verify.syntax import Module

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


def with_locks(
    node: ast.AST, held: frozenset[str] = frozenset()
) -> Iterator[tuple[ast.AST, frozenset[str]]]:
    """Give the nodes that run as part of ``node``, each with the locks it runs under."""
    for child in ast.iter_child_nodes(node):
        within = held
        if isinstance(node, ast.With | ast.AsyncWith) and child in node.body:
            waits = isinstance(node, ast.AsyncWith)
            items = [item.context_expr for item in node.items]
            within |= {ast.unparse(one) for one in items if is_lock(one, waits=waits)}
        yield child, within
        if not isinstance(child, CLOSED):
            yield from with_locks(child, within)


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
