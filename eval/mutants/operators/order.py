"""Work that changes places, or runs at once."""

from __future__ import annotations

import libcst as cst
import libcst.matchers as m
from eval.mutants.operators._nodes import (
    AWAITED,
    AWAITED_CALL,
    Operator,
    value_of,
)

__all__ = ["OPERATORS"]

_WAITS = m.SimpleStatementLine(body=[m.Expr(value=m.Await()) | m.Assign(value=m.Await())])


def swap_statements(node: cst.CSTNode) -> cst.CSTNode | None:
    """Exchange the first two awaited statements that stand side by side."""
    if not isinstance(node, cst.IndentedBlock):
        return None
    body = list(node.body)
    for first in range(len(body) - 1):
        pair = body[first : first + 2]
        if all(m.matches(line, AWAITED) for line in pair) and not pair[0].deep_equals(pair[1]):
            body[first : first + 2] = reversed(pair)
            return node.with_changes(body=body)
    return None


def gather_statements(node: cst.CSTNode) -> cst.CSTNode | None:
    """Run at once the first two awaited calls that stand side by side."""
    if not isinstance(node, cst.IndentedBlock):
        return None
    body = list(node.body)
    for first in range(len(body) - 1):
        pair = body[first : first + 2]
        if all(m.matches(line, AWAITED_CALL) for line in pair):
            calls = [
                cst.Arg(cst.ensure_type(value_of(line), cst.Await).expression) for line in pair
            ]
            gather = cst.ensure_type(cst.parse_expression("asyncio.gather()"), cst.Call)
            both = cst.Await(gather.with_changes(args=calls))
            body[first : first + 2] = [cst.SimpleStatementLine([cst.Expr(both)])]
            return node.with_changes(body=body)
    return None


def out_of_loop(node: cst.CSTNode) -> cst.CSTNode | None:
    """Await once, before a loop, what each turn awaited."""
    if not isinstance(node, cst.IndentedBlock):
        return None
    for place, line in enumerate(node.body):
        if not isinstance(line, cst.For) or not isinstance(line.body, cst.IndentedBlock):
            continue
        first, *rest = line.body.body
        names = {one.value for one in m.findall(line.target, m.Name()) if isinstance(one, cst.Name)}
        used = {one.value for one in m.findall(first, m.Name()) if isinstance(one, cst.Name)}
        if rest and not names & used and m.matches(first, _WAITS):
            turn = line.with_changes(body=line.body.with_changes(body=rest))
            return node.with_changes(
                body=[*node.body[:place], first, turn, *node.body[place + 1 :]]
            )
    return None


OPERATORS: dict[str, Operator] = {
    "swap-statements": swap_statements,
    "gather-statements": gather_statements,
    "out-of-loop": out_of_loop,
}
