"""Types of iterables and context managers, as async functions give and take them."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from refactor_agent.asyncify.edit import Edit
from refactor_agent.convert.async_types import ASYNC_TYPES
from refactor_agent.convert.rewrite import Change

__all__ = ["asynchronous_types"]


def asynchronous_types(edit: Edit, annotation: cst.BaseExpression) -> None:
    """Write the async counterpart of every iterable and context manager in an annotation."""
    for node in _types(annotation):
        target = ASYNC_TYPES.get(edit.spelling.names.qualified(node) or "")
        if target is None or edit.spelling.is_replaced(node):
            continue
        edit.spelling.mark(node)
        edit.change(node, _replacing(edit, node, target))
        around = edit.parent(node)
        if target.endswith("AsyncGenerator") and isinstance(around, cst.Subscript):
            edit.change(around, _without_return)


def _replacing(edit: Edit, node: cst.BaseExpression, target: str) -> Change:
    return lambda _: edit.spelling.replace(node, target)


def _types(node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    if isinstance(node, cst.Name | cst.Attribute):
        yield node
        return
    for child in node.children:
        yield from _types(child)


def _without_return(node: cst.CSTNode) -> cst.CSTNode:
    """Drop the third argument of ``Generator``: an async generator returns nothing."""
    assert isinstance(node, cst.Subscript)  # noqa: S101 - the node stays of its kind
    kept = list(node.slice[:2])
    kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return node.with_changes(slice=kept)
