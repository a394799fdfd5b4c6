"""Calls that are not what they were."""

from __future__ import annotations

import libcst as cst
import libcst.matchers as m
from eval.mutants.operators._nodes import (
    AWAITED_CALL,
    Operator,
    called_with,
)

__all__ = ["OPERATORS"]


def drop_keyword(node: cst.CSTNode) -> cst.CSTNode | None:
    """Lose a keyword argument of an awaited call, such as a timeout."""
    if not m.matches(node, m.Await(expression=m.Call())):
        return None
    awaited = cst.ensure_type(node, cst.Await)
    call = cst.ensure_type(awaited.expression, cst.Call)
    kept = [argument for argument in call.args if argument.keyword is None]
    if len(kept) == len(call.args):
        return None
    return awaited.with_changes(expression=call.with_changes(args=kept))


def swap_arguments(node: cst.CSTNode) -> cst.CSTNode | None:
    """Exchange the last two arguments that are given by position."""
    if not m.matches(node, m.Await(expression=m.Call())):
        return None
    awaited = cst.ensure_type(node, cst.Await)
    call = cst.ensure_type(awaited.expression, cst.Call)
    given = [n for n, one in enumerate(call.args) if one.keyword is None and not one.star]
    first, last = given[-2:] if len(given) > 2 else (0, 0)
    left, right = call.args[first] if given else None, call.args[last] if given else None
    if left is None or right is None or left.value.deep_equals(right.value):
        return None
    args = list(call.args)
    args[first], args[last] = (
        left.with_changes(value=right.value),
        right.with_changes(value=left.value),
    )
    return awaited.with_changes(expression=call.with_changes(args=args))


def call_twice(node: cst.CSTNode) -> cst.CSTNode | None:
    """Await the first call of a block again, as if it did nothing the first time."""
    if not isinstance(node, cst.IndentedBlock):
        return None
    for place, line in enumerate(node.body):
        if m.matches(line, AWAITED_CALL):
            again = cst.ensure_type(line, cst.SimpleStatementLine).with_changes(leading_lines=())
            return node.with_changes(body=[*node.body[: place + 1], again, *node.body[place + 1 :]])
    return None


def time_limit(node: cst.CSTNode) -> cst.CSTNode | None:
    """Give up after a while, which nobody asked for."""
    if not m.matches(node, m.Await(expression=m.Call())):
        return None
    awaited = cst.ensure_type(node, cst.Await)
    call = called_with("asyncio.wait_for", awaited.expression, cst.Integer("30"))
    return awaited.with_changes(expression=call)


def shield(node: cst.CSTNode) -> cst.CSTNode | None:
    """Go on with the work when its caller is cancelled."""
    if not m.matches(node, m.Await(expression=m.Call())):
        return None
    awaited = cst.ensure_type(node, cst.Await)
    return awaited.with_changes(expression=called_with("asyncio.shield", awaited.expression))


OPERATORS: dict[str, Operator] = {
    "drop-keyword": drop_keyword,
    "swap-arguments": swap_arguments,
    "call-twice": call_twice,
    "time-limit": time_limit,
    "shield": shield,
}
