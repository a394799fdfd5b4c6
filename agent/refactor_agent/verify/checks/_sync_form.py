"""Code as it would read in sync: what stays the same when a function turns async."""

from __future__ import annotations

import ast
import copy

from refactor_agent.verify.checks._hops import Hop, hop

__all__ = ["sync_form"]


def sync_form(node: ast.AST) -> str:
    """Give the source of ``node`` without its awaits, asyncs and hops to threads."""
    sync = _ToSync().visit(copy.deepcopy(node))
    return ast.unparse(ast.fix_missing_locations(sync))


class _ToSync(ast.NodeTransformer):
    def visit(self, node: ast.AST) -> ast.AST:
        sync: ast.AST = super().visit(node)
        if isinstance(sync, ast.Await):
            return sync.value
        if isinstance(sync, ast.comprehension):
            sync.is_async = 0
        if isinstance(sync, ast.Call) and (handed := hop(sync)):
            return _called(handed)
        twin = _TWINS.get(type(sync))
        return twin(**dict(ast.iter_fields(sync))) if twin else sync


def _called(handed: Hop) -> ast.AST:
    if isinstance(handed.function, ast.Lambda) and not handed.arguments:
        return handed.function.body
    return ast.Call(handed.function, handed.arguments, handed.keywords)


_TWINS: dict[type[ast.AST], type[ast.AST]] = {
    ast.AsyncFor: ast.For,
    ast.AsyncWith: ast.With,
    ast.AsyncFunctionDef: ast.FunctionDef,
}
