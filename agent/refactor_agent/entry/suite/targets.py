"""What tests patch by its name: where the converted code uses something else now."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.rulebook import RuleBook
from refactor_agent.tree import Tree

__all__ = ["Targets"]


class Targets:
    """Finds the new name of what ``patch("shop.store.time.sleep")`` replaced."""

    def __init__(
        self, tree: Tree, graph: CallGraph, book: RuleBook, converted: Mapping[str, bytes]
    ) -> None:
        self._tree = tree
        self._graph = graph
        self._book = book
        self._converted = converted

    def moved(self, target: str) -> str | None:
        """Give what is to be patched in place of ``target``; `None` where that stays."""
        module, rest = self._parted(target)
        file = self._graph.modules.get(module, "")
        after = self._converted.get(file)
        if after is None or not rest:
            return None
        old = dict(_bound(ast.parse(self._tree.read(file))))
        root, _, attribute = rest.partition(".")
        if root not in old:
            return None
        meant = f"{old[root]}.{attribute}" if attribute else old[root]
        native = self._book.native(meant)
        if native is None or native.types is not None:
            return None
        new = dict(_bound(ast.parse(after)))
        if root in new or native.target.partition(".")[0] not in new:
            return None  # it is still used there, or what stands for it is not
        return f"{module}.{native.target}"

    def _parted(self, target: str) -> tuple[str, str]:
        """Part a target into the project's module and the rest."""
        parts = target.split(".")
        for length in range(len(parts) - 1, 0, -1):
            module = ".".join(parts[:length])
            if module in self._graph.modules:
                return module, ".".join(parts[length:])
        return "", ""


def _bound(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Give the names that the imports of a file bind, with what they mean."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (root, root)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"
