"""Code that never runs: behind a condition that is a constant, or a statement that leaves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from refactor_agent.locate.summarise.walk import Walk

__all__ = ["constant_truth", "never_run"]


@contextmanager
def never_run(walk: Walk, *, never: bool = True) -> Iterator[None]:
    """Note only what is bound, not what is done, while code is walked that ``never`` runs.

    Names that it binds stay known: ``if TYPE_CHECKING`` imports what annotations mean.
    """
    mark = walk.body.mark()
    yield
    if never:
        walk.body.bury(mark)


def constant_truth(node: ast.expr) -> bool | None:
    """Say what a condition is whenever the code runs; ``None`` where that is not known."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = constant_truth(node.operand)
        return None if inner is None else not inner
    if isinstance(node, ast.BoolOp):
        decisive = isinstance(node.op, ast.Or)
        known = {constant_truth(part) for part in node.values}
        return decisive if decisive in known else None
    if isinstance(node, ast.Constant):
        return bool(node.value)
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", None)
    return False if name == "TYPE_CHECKING" else None
