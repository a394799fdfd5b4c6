"""Code as it would read in sync: what stays the same when a function turns async."""

from __future__ import annotations

import ast
import copy

__all__ = ["sync_form"]


def sync_form(node: ast.AST) -> str:
    """Give the source of ``node`` without its awaits and asyncs."""
    sync = _ToSync().visit(copy.deepcopy(node))
    return ast.unparse(ast.fix_missing_locations(sync))


class _ToSync(ast.NodeTransformer):
    def visit(self, node: ast.AST) -> ast.AST:
        sync: ast.AST = super().visit(node)
        if isinstance(sync, ast.Await):
            return sync.value
        if isinstance(sync, ast.comprehension):
            sync.is_async = 0
        twin = _TWINS.get(type(sync))
        return twin(**dict(ast.iter_fields(sync))) if twin else sync


_TWINS: dict[type[ast.AST], type[ast.AST]] = {
    ast.AsyncFor: ast.For,
    ast.AsyncWith: ast.With,
    ast.AsyncFunctionDef: ast.FunctionDef,
}
