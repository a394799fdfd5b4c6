"""Reading what is async, as it would read in sync: ``list(x)`` for ``[i async for i in x]``."""

from __future__ import annotations

import ast
import copy

__all__ = ["read_form"]

_READERS = frozenset(
    {"all", "any", "dict", "enumerate", "frozenset", "len", "list", "max", "min", "set", "sorted",
     "sum", "tuple", "zip"}
)  # fmt: skip
_NAMES = {
    "StopAsyncIteration": "StopIteration", "aiter": "iter", "anext": "next",
}  # fmt: skip
_ATTRIBUTES = {
    "__aenter__": "__enter__", "__aexit__": "__exit__", "__aiter__": "__iter__",
    "__anext__": "__next__", "aclose": "close",
}  # fmt: skip


def read_form(node: ast.AST) -> ast.AST:
    """Give a copy of ``node`` in which async iterables are read by what reads plain ones."""
    plain: ast.AST = _Reading().visit(copy.deepcopy(node))
    return ast.fix_missing_locations(plain)


class _Reading(ast.NodeTransformer):
    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        return self._read("list", node)

    def visit_SetComp(self, node: ast.SetComp) -> ast.AST:
        return self._read("set", node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        first = node.args[0] if node.args else None
        was = first is not None and _all_of(first) is not None
        self.generic_visit(node)
        if was and _reads(node.func) and isinstance(node.args[0], ast.Call):
            node.args[0] = node.args[0].args[0]
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = _NAMES.get(node.id, node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        node.attr = _ATTRIBUTES.get(node.attr, node.attr)
        return node

    def _read(self, kind: str, node: ast.ListComp | ast.SetComp) -> ast.AST:
        iterable = _all_of(node)
        self.generic_visit(node)
        if iterable is None:
            return node
        return ast.Call(ast.Name(kind, ast.Load()), [node.generators[0].iter], [])


def _all_of(node: ast.AST) -> ast.expr | None:
    """Give ``x`` of ``[i async for i in x]``, where all of it is taken as it is."""
    if not isinstance(node, ast.ListComp | ast.SetComp) or len(node.generators) != 1:
        return None
    loop, item = node.generators[0], node.elt
    same = (
        isinstance(item, ast.Name)
        and isinstance(loop.target, ast.Name)
        and item.id == loop.target.id
    )
    return loop.iter if loop.is_async and same and not loop.ifs else None


def _reads(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr == "join"
    return isinstance(function, ast.Name) and function.id in _READERS
