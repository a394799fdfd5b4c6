"""A parsed file with what checks keep asking about: parents, functions, names."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property

from refactor_agent.domain.place import Span

__all__ = ["FunctionNode", "Module", "dotted", "parse_module", "span_of"]

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Module:
    """One file, parsed."""

    def __init__(self, source: bytes, tree: ast.Module) -> None:
        self.source = source
        self.tree = tree

    @cached_property
    def parents(self) -> Mapping[ast.AST, ast.AST]:
        """Node to the node it stands in."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    @cached_property
    def functions(self) -> Mapping[str, FunctionNode]:
        """Functions by their name inside the module, ``Class.method`` or ``outer.inner``.

        Of several with one name (overloads, ``if`` branches), the last.
        """
        return dict(_functions(self.tree, ""))

    @cached_property
    def names(self) -> Mapping[ast.AST, str]:
        """Function node to its name inside the module."""
        return {node: name for name, node in _functions(self.tree, "")}

    @cached_property
    def imported(self) -> Mapping[str, str]:
        """Name bound by an import anywhere in the file to the qualified name it stands for."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    bound = alias.asname or alias.name.partition(".")[0]
                    found[bound] = alias.name if alias.asname else bound
            elif isinstance(node, ast.ImportFrom):
                base = "." * node.level + (node.module or "")
                for alias in node.names:
                    found[alias.asname or alias.name] = f"{base}.{alias.name}"
        return found

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """Give the nodes that ``node`` stands in, innermost first."""
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    def function_of(self, node: ast.AST) -> FunctionNode | None:
        """Give the innermost function in whose body ``node`` runs; lambdas count for none."""
        child = node
        for parent in self.ancestors(node):
            if isinstance(parent, FunctionNode) and child in parent.body:
                return parent
            child = parent
        return None

    def qualified(self, node: ast.AST) -> str | None:
        """Give the name an expression stands for, through the file's imports."""
        name = dotted(node)
        if name is None:
            return None
        first, _, rest = name.partition(".")
        base = self.imported.get(first, first)
        return f"{base}.{rest}" if rest else base


def parse_module(source: bytes) -> Module | None:
    """Parse a file; ``None`` when it can't be."""
    try:
        return Module(source, ast.parse(source))
    except (SyntaxError, ValueError):
        return None


def dotted(node: ast.AST) -> str | None:
    """Give ``a.b.c`` for a chain of names and attributes."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(parts)])


def span_of(node: ast.expr | ast.stmt) -> Span:
    """Give the place of a node."""
    return Span(
        node.lineno,
        node.col_offset,
        node.end_lineno or node.lineno,
        node.end_col_offset or node.col_offset,
    )


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, FunctionNode]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _Scope):
            name = f"{prefix}{child.name}"
            if isinstance(child, FunctionNode):
                yield name, child
            yield from _functions(child, f"{name}.")
        else:
            yield from _functions(child, prefix)
