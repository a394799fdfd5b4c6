"""Loops that never wait for a task: all their steps may go to a thread at once."""

from __future__ import annotations

import ast

from refactor_agent.plan.edges import Edge
from refactor_agent.plan.sources import Sources

__all__ = ["is_read_at_once", "runs_in_quiet_loop"]

_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
_LOOPS = ast.For | ast.While | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_READERS = frozenset(
    {"all", "any", "dict", "frozenset", "list", "max", "min", "set", "sorted", "sum", "tuple"}
)
_WAITS = ast.Await | ast.AsyncFor | ast.AsyncWith | ast.Yield | ast.YieldFrom


def runs_in_quiet_loop(sources: Sources, edge: Edge) -> bool:
    """Say whether a loop or comprehension around the call of ``edge`` neither awaits nor yields."""
    index = sources.index(edge.site.file)
    node: ast.AST | None = index.expressions.get(edge.site.span)
    while node is not None and not isinstance(node, _FUNCTIONS):
        if isinstance(node, _LOOPS):
            return not any(_waits(part) for part in ast.walk(node))
        node = index.parents.get(node)
    return False


def is_read_at_once(sources: Sources, edge: Edge) -> bool:
    """Say whether a builtin reads the generator expression that holds the call of ``edge``.

    The expression then goes to a thread whole: ``offload(lambda: any(f(x) for x in y))``.
    """
    index = sources.index(edge.site.file)
    node: ast.AST | None = index.expressions.get(edge.site.span)
    read = False
    while node is not None and not isinstance(node, _FUNCTIONS | ast.stmt):
        reader = index.parents.get(node)
        if isinstance(node, ast.GeneratorExp):
            if not _reads_at_once(reader):
                return False
            read = True
        node = reader
    return read


def _reads_at_once(reader: ast.AST | None) -> bool:
    return (
        isinstance(reader, ast.Call)
        and isinstance(reader.func, ast.Name)
        and reader.func.id in _READERS
        and not any(map(_waits, ast.walk(reader)))
    )


def _waits(node: ast.AST) -> bool:
    return isinstance(node, _WAITS) or (isinstance(node, ast.comprehension) and bool(node.is_async))
