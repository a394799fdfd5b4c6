"""Code as it would read in sync: what stays the same when a function turns async."""

from __future__ import annotations

import ast
import copy

__all__ = ["sync_form"]


def sync_form(node: ast.AST) -> str:
    """Give the source of ``node`` without its awaits and asyncs."""
    return ast.unparse(ast.fix_missing_locations(_ToSync().visit(copy.deepcopy(node))))


class _ToSync(ast.NodeTransformer):
    def visit_Await(self, node: ast.Await) -> ast.AST:  # noqa: N802 - named by ast
        return self.visit(node.value)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> ast.AST:  # noqa: N802
        return self.generic_visit(ast.For(**_fields(node)))

    def visit_AsyncWith(self, node: ast.AsyncWith) -> ast.AST:  # noqa: N802
        return self.generic_visit(ast.With(**_fields(node)))

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:  # noqa: N802
        return self.generic_visit(ast.FunctionDef(**_fields(node)))

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        node.is_async = 0
        return self.generic_visit(node)


def _fields(node: ast.AST) -> dict[str, object]:
    return dict(ast.iter_fields(node))
