"""Errors that nobody hears of."""

from __future__ import annotations

import libcst as cst
import libcst.matchers as m
from eval.mutants.operators._nodes import (
    AWAITED_CALL,
    Operator,
    called_with,
)

__all__ = ["OPERATORS"]


def swallow_cancellation(node: cst.CSTNode) -> cst.CSTNode | None:
    """Catch everything, and with it the order to stop."""
    if isinstance(node, cst.ExceptHandler) and node.type is not None:
        if m.matches(node.type, m.Name("BaseException")):
            return None
        quiet = cst.IndentedBlock([cst.SimpleStatementLine([cst.Pass()])])
        return node.with_changes(type=cst.Name("BaseException"), body=quiet)
    return None


def suppress_errors(node: cst.CSTNode) -> cst.CSTNode | None:
    """Go on whatever the awaited call raises."""
    if not m.matches(node, AWAITED_CALL):
        return None
    item = cst.WithItem(called_with("contextlib.suppress", cst.Name("Exception")))
    line = cst.ensure_type(node, cst.SimpleStatementLine)
    return cst.With(items=[item], body=cst.IndentedBlock([line.with_changes(leading_lines=())]))


def lost_raise(node: cst.CSTNode) -> cst.CSTNode | None:
    """Handle what was to be raised on."""
    if not isinstance(node, cst.ExceptHandler) or not m.findall(node.body, m.Raise()):
        return None
    quiet = cst.IndentedBlock([cst.SimpleStatementLine([cst.Return()])])
    return node.with_changes(body=quiet)


OPERATORS: dict[str, Operator] = {
    "swallow-cancellation": swallow_cancellation,
    "suppress-errors": suppress_errors,
    "lost-raise": lost_raise,
}
