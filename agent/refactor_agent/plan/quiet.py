"""Loops and blocks that never wait for a task: all of one may go to a thread at once."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.domain.place import Span
from refactor_agent.plan.edges import Edge
from refactor_agent.plan.readers import TAKE_ALL
from refactor_agent.plan.sources import Sources, span_of

__all__ = ["is_read_at_once", "quiet_block", "quiet_opener", "runs_in_quiet_loop"]

_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
_LOOPS = ast.For | ast.While | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_READERS = TAKE_ALL | {"all", "any"}
_WAITS = ast.Await | ast.AsyncFor | ast.AsyncWith | ast.Yield | ast.YieldFrom


def runs_in_quiet_loop(sources: Sources, edge: Edge) -> bool:
    """Say whether a loop or comprehension around the call of ``edge`` neither awaits nor yields."""
    index = sources.index(edge.site.file)
    node: ast.AST | None = index.expressions.get(edge.site.span)
    while node is not None and not isinstance(node, _FUNCTIONS):
        if isinstance(node, _LOOPS):
            return _is_quiet(node)
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


def quiet_block(sources: Sources, edge: Edge) -> Span | None:
    """Give the place of the plain ``with`` that opens what the call of ``edge`` gives.

    ``None`` where the block awaits, where something else is opened with it, of which nothing is
    known, or where what it binds is used after it or returned.
    """
    index = sources.index(edge.site.file)
    node = index.expressions.get(edge.site.span)
    item = index.parents.get(node) if node is not None else None
    block = index.parents.get(item) if isinstance(item, ast.withitem) else None
    alone = isinstance(block, ast.With) and len(block.items) == 1
    if not isinstance(block, ast.With) or not alone or not _is_quiet(block):
        return None
    around: ast.AST = block
    while not isinstance(around, _FUNCTIONS | ast.Module):
        around = index.parents[around]
    bound = {name for item in block.items for name in _names(item.optional_vars)}
    inside = set(ast.walk(block))
    outside = {name for node in ast.walk(around) if node not in inside for name in _names_at(node)}
    returned = (node.value for node in inside if isinstance(node, ast.Return))
    leaves = bound & (outside | {name for value in returned for name in _names_at(value)})
    return None if leaves else span_of(block)


def quiet_opener(sources: Sources, edge: Edge) -> Span | None:
    """Give the place of the call whose result a ``with`` binds, and ``edge`` calls a method of.

    ``None`` where another statement binds it, or where the block awaits.
    """
    index = sources.index(edge.site.file)
    node: ast.AST | None = index.expressions.get(edge.site.span)
    name = _root(node)
    while node is not None and not isinstance(node, _FUNCTIONS):
        if isinstance(node, ast.With) and _is_quiet(node):
            for item in node.items:
                if isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == name:
                    return span_of(item.context_expr)
        node = index.parents.get(node)
    return None


def _names(node: ast.expr | None) -> Iterator[str]:
    for part in ast.walk(node) if node is not None else ():
        yield from _names_at(part)


def _names_at(node: ast.AST | None) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id


def _root(node: ast.AST | None) -> str | None:
    while isinstance(node, ast.Call | ast.Attribute):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def _reads_at_once(reader: ast.AST | None) -> bool:
    return (
        isinstance(reader, ast.Call)
        and isinstance(reader.func, ast.Name)
        and reader.func.id in _READERS
        and _is_quiet(reader)
    )


def _is_quiet(node: ast.AST) -> bool:
    return not any(map(_waits, ast.walk(node)))


def _waits(node: ast.AST) -> bool:
    return isinstance(node, _WAITS) or (isinstance(node, ast.comprehension) and bool(node.is_async))
