"""Types of iterables and context managers, as async functions give and take them."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from refactor_agent.asyncify.edit import Edit
from refactor_agent.convert.async_types import ASYNC_TYPES
from refactor_agent.convert.rewrite import Change

__all__ = ["asynchronous_types", "awaitable_results"]


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


_CALLABLES = {f"{home}.Callable": home for home in ("typing", "collections.abc")}
_SAY_NOTHING = frozenset({"typing.Any", "builtins.object", "Any", "object"})


def awaitable_results(edit: Edit, annotation: cst.BaseExpression) -> None:
    """Write ``Callable[…, Awaitable[T]]`` for every innermost ``Callable[…, T]``."""
    for node in _subscripts(annotation):
        home = _CALLABLES.get(edit.spelling.names.qualified(node.value) or "")
        if home is None or len(node.slice) != 2 or edit.spelling.is_replaced(node):
            continue
        result = node.slice[1].slice
        if not isinstance(result, cst.Index) or _says_nothing(edit, result.value):
            continue
        if any(_is_callable(edit, inner) for inner in _subscripts(node) if inner is not node):
            continue
        edit.spelling.mark(node)
        by_name = isinstance(node.value, cst.Name)
        spell = edit.spelling.names.spell_from if by_name else edit.spelling.from_module
        awaitable = spell(home, "Awaitable")
        edit.change(result.value, _within(awaitable))


def _is_callable(edit: Edit, node: cst.Subscript) -> bool:
    return edit.spelling.names.qualified(node.value) in _CALLABLES


def _says_nothing(edit: Edit, node: cst.BaseExpression) -> bool:
    text = node.value if isinstance(node, cst.Name) else ""
    return (edit.spelling.names.qualified(node) or text) in _SAY_NOTHING


def _within(awaitable: cst.BaseExpression) -> Change:
    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.BaseExpression)  # noqa: S101 - an expression stays one
        index = cst.Index(node)
        return cst.Subscript(awaitable, [cst.SubscriptElement(index)])

    return change


def _subscripts(node: cst.CSTNode) -> Iterator[cst.Subscript]:
    if isinstance(node, cst.Subscript):
        yield node
    for child in node.children:
        yield from _subscripts(child)


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
