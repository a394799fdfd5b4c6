"""Annotations that repeat what makes the value: ``self.q: queue.Queue[str] = queue.Queue()``."""

from __future__ import annotations

import libcst as cst

from refactor_agent.convert.job import FileWork

__all__ = ["is_named_alike", "reannotate"]


def is_named_alike(work: FileWork, binding: cst.AnnAssign) -> bool:
    """Say whether the annotation names the class that makes the value, whatever it holds."""
    made = binding.value.func if isinstance(binding.value, cst.Call) else None
    name = _class(binding.annotation.annotation)
    return made is not None and work.source.code(name) == work.source.code(made)


def reannotate(node: cst.CSTNode) -> cst.CSTNode:
    """Have the annotation name what makes the value now."""
    assert isinstance(node, cst.AnnAssign)  # noqa: S101 - assignments stay assignments
    made = cst.ensure_type(node.value, cst.Call).func
    old = node.annotation.annotation
    new = old.with_changes(value=made) if isinstance(old, cst.Subscript) else made
    return node.with_changes(annotation=node.annotation.with_changes(annotation=new))


def _class(annotation: cst.BaseExpression) -> cst.BaseExpression:
    return annotation.value if isinstance(annotation, cst.Subscript) else annotation
