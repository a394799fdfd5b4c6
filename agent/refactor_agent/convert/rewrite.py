"""Changes to the nodes of one file, collected first and made in one pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

import libcst as cst

from refactor_agent.convert.source import Source

__all__ = ["Change", "Rewrites"]

Node = cst.CSTNode | cst.FlattenSentinel[cst.CSTNode] | cst.RemovalSentinel
Change = Callable[[cst.CSTNode], Node]
"""Takes a node whose children are changed already, and gives what stands in its place."""


class Rewrites:
    """Which nodes of a parsed file change, and how; the rest comes out byte for byte."""

    def __init__(self) -> None:
        self._changes: dict[cst.CSTNode, list[Change]] = defaultdict(list)
        self._twins: dict[cst.FunctionDef, Change] = {}

    def change(self, node: cst.CSTNode, change: Change) -> None:
        """Change ``node``; several changes of one node follow each other in this order."""
        self._changes[node].append(change)

    def twin(self, function: cst.FunctionDef, make: Change) -> None:
        """Leave ``function`` alone and put a changed copy, finished by ``make``, after it."""
        self._twins[function] = make

    @property
    def touched(self) -> Iterable[cst.CSTNode]:
        """The nodes that change."""
        return (*self._changes, *self._twins)

    def apply(self, source: Source) -> cst.Module:
        """Give the changed module."""
        around = {outer for node in self.touched for outer in (node, *source.ancestors(node))}
        changed = source.module.visit(_Rewriter(self._changes, self._twins, around))
        assert isinstance(changed, cst.Module)  # noqa: S101 - a module has no sentinel
        return changed


class _Rewriter(cst.CSTTransformer):
    def __init__(
        self,
        changes: dict[cst.CSTNode, list[Change]],
        twins: dict[cst.FunctionDef, Change],
        around: set[cst.CSTNode],
        copying: cst.FunctionDef | None = None,
    ) -> None:
        """Take the changes, and the nodes ``around`` them, outside of which nothing changes."""
        super().__init__()
        self._around = around
        self._changes = changes
        self._twins = twins
        self._copying = copying

    def on_visit(self, node: cst.CSTNode) -> bool:
        return node in self._around and (node is self._copying or node not in self._twins)

    def on_leave(  # type: ignore[override]  # the base names a union of private types
        self, original_node: cst.CSTNode, updated_node: cst.CSTNode
    ) -> Node:
        if original_node is not self._copying and isinstance(original_node, cst.FunctionDef):
            make = self._twins.get(original_node)
            if make is not None:
                return self._with_twin(original_node, make)
        node: Node = updated_node
        for change in self._changes.get(original_node, ()):
            assert isinstance(node, cst.CSTNode)  # noqa: S101 - only a last change splits a node
            node = change(node)
        return node

    def _with_twin(self, original: cst.FunctionDef, make: Change) -> Node:
        copy = original.visit(_Rewriter(self._changes, self._twins, self._around, copying=original))
        assert isinstance(copy, cst.CSTNode)  # noqa: S101 - the copied function is never removed
        twin = make(copy)
        assert isinstance(twin, cst.CSTNode)  # noqa: S101
        return cst.FlattenSentinel([original, twin])
