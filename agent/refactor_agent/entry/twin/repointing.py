"""Imports of code that moves into another module, so that they still find what they found."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import libcst as cst

from refactor_agent.domain.proposal import ImportEdit
from refactor_agent.entry.twin.pointing import named_from
from refactor_agent.entry.twin.table import Twins

__all__ = ["Repointer"]


class Repointer(cst.CSTTransformer):
    """Writes ``from`` imports as the async side's module has to.

    Where one takes names of several homes, the others stand in ``imports``.
    """

    def __init__(self, twins: Twins, module: str, file: str) -> None:
        """Take the module whose code moves, and the file that it moves to."""
        super().__init__()
        self._twins = twins
        self._module = module
        self._file = file
        self._place = twins.layout.place(module)
        self._is_package = twins.layout.is_package(module)
        self.imports: list[ImportEdit] = []

    def leave_ImportFrom(  # noqa: D102, N802
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom:
        del original_node
        node = _parsed(updated_node)
        source = self._twins.definitions.source(self._module, node)
        if isinstance(updated_node.names, cst.ImportStar) or source == "__future__":
            return self._from(updated_node, node, source) if node.level else updated_node
        homes = [self._home(source, alias.name) for alias in node.names]
        first = homes[0]
        kept = [a for a, home in zip(updated_node.names, homes, strict=True) if home == first]
        for alias, home in zip(node.names, homes, strict=True):
            if home != first:
                self.imports.append(self._edit(node, home, alias))
        if first == source and not node.level and len(kept) == len(homes):
            return updated_node
        if len(kept) != len(homes):
            kept[-1] = kept[-1].with_changes(comma=_last(updated_node.names))
        return self._from(updated_node.with_changes(names=kept), node, first)

    def _home(self, source: str, name: str) -> str:
        """Give the module in which the async side finds what ``name`` is in ``source``."""
        place = self._twins.layout.place(source)
        known = self._twins.definitions
        if place == source or f"{source}.{name}" in self._twins.names:
            return place
        is_module = known.has_module(f"{place}.{name}")
        return place if is_module or known.binds(place, name) else source

    def _from(self, made: cst.ImportFrom, node: ast.ImportFrom, home: str) -> cst.ImportFrom:
        path = self._path(node, home)
        name = path.lstrip(".")
        return made.with_changes(
            relative=[cst.Dot()] * (len(path) - len(name)),
            module=cst.parse_expression(name) if name else None,
        )

    def _edit(self, node: ast.ImportFrom, home: str, alias: ast.alias) -> ImportEdit:
        path = self._path(node, home)
        return ImportEdit(file=self._file, module=path, name=alias.name, alias=alias.asname)

    def _path(self, node: ast.ImportFrom, home: str) -> str:
        is_package = self._is_package
        return named_from(self._place, home, is_package=is_package, relative=bool(node.level))


def _parsed(node: cst.ImportFrom) -> ast.ImportFrom:
    [parsed] = ast.parse(cst.Module([cst.SimpleStatementLine([node])]).code.strip()).body
    assert isinstance(parsed, ast.ImportFrom)  # noqa: S101 - what libcst gave as one
    return parsed


def _last(names: Sequence[cst.ImportAlias]) -> object:
    return names[-1].comma
