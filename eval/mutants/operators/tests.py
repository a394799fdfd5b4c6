"""Tests that prove less."""

from __future__ import annotations

import libcst as cst
import libcst.matchers as m
from eval.mutants.operators._nodes import (
    Operator,
    value_of,
)

__all__ = ["OPERATORS"]


def drop_assertion(node: cst.CSTNode) -> cst.CSTNode | None:
    """Leave an assertion out, as pytest or unittest writes it."""
    method = m.Call(func=m.Attribute(value=m.Name("self"), attr=m.Name()))
    if m.matches(node, m.SimpleStatementLine(body=[m.Assert()])):
        return cst.SimpleStatementLine([cst.Pass()])
    if m.matches(node, m.SimpleStatementLine(body=[m.Expr(value=method)])):
        call = cst.ensure_type(value_of(cst.ensure_type(node, cst.SimpleStatementLine)), cst.Call)
        name = cst.ensure_type(call.func, cst.Attribute).attr.value
        return cst.SimpleStatementLine([cst.Pass()]) if name.startswith("assert") else None
    return None


OPERATORS: dict[str, Operator] = {
    "drop-assertion": drop_assertion,
}
