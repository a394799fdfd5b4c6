"""What operators look at, and build."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst
import libcst.matchers as m

__all__ = ["AWAITED", "AWAITED_CALL", "Operator", "called_with", "goes_on", "value_of"]

Operator = Callable[[cst.CSTNode], cst.CSTNode | None]
"""Gives what a careless hand would have written in a node's place, or ``None``."""

AWAITED = m.SimpleStatementLine(body=[m.Expr(value=m.Await())])
AWAITED_CALL = m.SimpleStatementLine(body=[m.Expr(value=m.Await(expression=m.Call()))])


def value_of(line: cst.BaseStatement) -> cst.BaseExpression:
    """Give the expression that a line of nothing else is."""
    return cst.ensure_type(cst.ensure_type(line, cst.SimpleStatementLine).body[0], cst.Expr).value


def goes_on(line: cst.BaseStatement) -> bool:
    """Say whether the next line is run after ``line``."""
    leaves = m.Return() | m.Raise() | m.Break() | m.Continue()
    return not m.matches(line, m.SimpleStatementLine(body=[leaves]))


def called_with(function: str, *arguments: cst.BaseExpression) -> cst.Call:
    """Give a call of what is named."""
    return cst.Call(func=cst.parse_expression(function), args=[cst.Arg(one) for one in arguments])
