"""What changes in the head of a class: bases that become the same are named once."""

from __future__ import annotations

import libcst as cst

from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.world import Module

__all__ = ["write_classes"]


def write_classes(module: Module, edit: Edit) -> None:
    """Drop the second of two bases that a leaf's class and its async class have become."""
    for node in module.source.parents:
        if isinstance(node, cst.ClassDef) and len(node.bases) > 1:
            edit.change(node, lambda n: _without_doubles(module, n))


def _without_doubles(module: Module, node: cst.CSTNode) -> cst.CSTNode:
    assert isinstance(node, cst.ClassDef)  # noqa: S101 - a class stays one
    kept = {module.source.code(base.value): base for base in reversed(node.bases)}
    if len(kept) == len(node.bases):
        return node
    bases = list(reversed(kept.values()))
    bases[-1] = bases[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return node.with_changes(bases=bases)
