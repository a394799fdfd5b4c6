"""What the names mean that a file imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator

__all__ = ["bound_names"]


def bound_names(tree: ast.Module, package: str = "") -> Iterator[tuple[str, str]]:
    """Give the names that the imports of a file bind, with what they mean.

    Relative imports are left out, unless the file's ``package`` is given.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (root, root)
        elif isinstance(node, ast.ImportFrom) and (package or not node.level):
            home = _home(node, package)
            for alias in node.names:
                yield alias.asname or alias.name, f"{home}.{alias.name}"


def _home(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    above = parts[: len(parts) - node.level + 1]
    return ".".join([*above, *([node.module] if node.module else [])])
