"""What tests patch by its name: where the converted code uses something else now."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.entry.suite.bound import bound_names
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
        old = dict(bound_names(ast.parse(self._tree.read(file))))
        root, _, attribute = rest.partition(".")
        if root not in old:
            return None
        meant = f"{old[root]}.{attribute}" if attribute else old[root]
        native = self._book.native(meant)
        if native is None or native.types is not None:
            return None
        new = dict(bound_names(ast.parse(after)))
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
