"""Where a name that a user gives is defined, through re-exports and base classes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from refactor_agent.tree import Tree

__all__ = ["Definition", "Definitions"]

_AT_MOST = 20
"""Re-exports of re-exports, or bases of bases, after which they count as a circle."""


_Defining = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Definition(NamedTuple):
    """A function or class at the top of a module."""

    module: str
    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

    @property
    def qualified(self) -> str:
        """Its name with its module's."""
        return f"{self.module}.{self.name}"


class Definitions:
    """Finds definitions by module and name; parses each module once."""

    def __init__(self, tree: Tree, modules: Mapping[str, str]) -> None:
        """Take a tree and its modules, by name, with their files."""
        self._tree = tree
        self._modules = modules
        self._parsed: dict[str, ast.Module | None] = {}

    def find(self, module: str, name: str, steps: int = 0) -> Definition | None:
        """Give what ``name`` means in ``module``: there, or where it was imported from."""
        body = self.top(module)
        for node in body:
            if isinstance(node, _Defining) and node.name == name:
                return Definition(module, name, node)
        for node in body if steps < _AT_MOST else ():
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if (alias.asname or alias.name) == name:
                        return self.find(self.source(module, node), alias.name, steps + 1)
                    if alias.name == "*" and not name.startswith("_"):
                        found = self.find(self.source(module, node), name, steps + 1)
                        if found is not None:
                            return found
        return None

    def through_module(self, module: str, text: str) -> Definition | None:
        """Give what ``store.Store`` means in ``module``, where ``store`` is a module."""
        head, _, name = text.rpartition(".")
        root, _, rest = head.partition(".")
        for node in self.top(module):
            if isinstance(node, ast.Import):
                found = {a.asname or a.name.partition(".")[0]: a for a in node.names}
                alias = found.get(root)
                if alias is not None:
                    base = alias.name if alias.asname else root
                    return self.find(f"{base}.{rest}" if rest else base, name)
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if (alias.asname or alias.name) == root:
                        base = f"{self.source(module, node)}.{alias.name}"
                        return self.find(f"{base}.{rest}" if rest else base, name)
        return None

    def bases(self, definition: Definition, steps: int = 0) -> Iterator[Definition]:
        """Give the project's classes that a class is made of, itself first."""
        yield definition
        if not isinstance(definition.node, ast.ClassDef) or steps > _AT_MOST:
            return
        for base in definition.node.bases:
            if isinstance(base, ast.Name):
                found = self.find(definition.module, base.id)
                if found is not None:
                    yield from self.bases(found, steps + 1)

    def is_package(self, module: str) -> bool:
        """Say whether ``module`` is the ``__init__`` of a package."""
        return self._modules.get(module, "").endswith("__init__.py")

    def has_module(self, module: str) -> bool:
        """Say whether the project has a module of that name."""
        return module in self._modules

    def binds(self, module: str, name: str) -> bool:
        """Say whether ``module`` binds ``name`` at its top."""
        for node in self.top(module):
            if isinstance(node, _Defining):
                found = {node.name}
            elif isinstance(node, ast.Import | ast.ImportFrom):
                found = {alias.asname or alias.name for alias in node.names}
            else:
                parts = (part for part in ast.walk(node) if isinstance(part, ast.Name))
                found = {part.id for part in parts if isinstance(part.ctx, ast.Store)}
            if name in found:
                return True
        return False

    def names(self, module: str) -> tuple[str, ...]:
        """Name the functions and classes at the top of ``module``, and what it imports."""
        found = [node.name for node in self.top(module) if isinstance(node, _Defining)]
        for node in self.top(module):
            if isinstance(node, ast.ImportFrom):
                found.extend(alias.asname or alias.name for alias in node.names)
        return tuple(found)

    def top(self, module: str) -> list[ast.stmt]:
        """Give the statements of ``module``; none where it does not parse."""
        if module not in self._parsed:
            self._parsed[module] = self._parse(module)
        tree = self._parsed[module]
        return tree.body if tree is not None else []

    def source(self, module: str, node: ast.ImportFrom) -> str:
        """Give the full name of the module that ``node``, in ``module``, imports from."""
        if not node.level:
            return node.module or ""
        parts = module.split(".")
        home = parts[: len(parts) - node.level + self.is_package(module)]
        return ".".join([*home, *([node.module] if node.module else [])])

    def _parse(self, module: str) -> ast.Module | None:
        file = self._modules.get(module)
        if file is None or not self._tree.exists(file):
            return None
        try:
            return ast.parse(self._tree.read(file))
        except (SyntaxError, ValueError):
            return None
