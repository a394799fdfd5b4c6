"""Awaits that are lost, late or of something else."""

from __future__ import annotations

import libcst as cst
import libcst.matchers as m
from eval.mutants.operators._nodes import (
    AWAITED,
    Operator,
    goes_on,
)

__all__ = ["OPERATORS"]

_SLEEP_ZERO = cst.parse_expression("asyncio.sleep(0)")


def drop_await(node: cst.CSTNode) -> cst.CSTNode | None:
    """Call the coroutine function, and never await it."""
    return node.expression if isinstance(node, cst.Await) else None


def fire_and_forget(node: cst.CSTNode) -> cst.CSTNode | None:
    """Start a task nobody waits for."""
    if not m.matches(node, m.Expr(value=m.Await(expression=m.Call()))):
        return None
    awaited = cst.ensure_type(cst.ensure_type(node, cst.Expr).value, cst.Await)
    task = cst.parse_expression("asyncio.create_task()")
    argument = cst.Arg(awaited.expression)
    return cst.Expr(cst.ensure_type(task, cst.Call).with_changes(args=[argument]))


def sleep_in_place_of_work(node: cst.CSTNode) -> cst.CSTNode | None:
    """Yield to the loop, and do nothing else."""
    if not m.matches(node, m.Expr(value=m.Await())):
        return None
    awaited = cst.ensure_type(cst.ensure_type(node, cst.Expr).value, cst.Await)
    if awaited.expression.deep_equals(_SLEEP_ZERO):
        return None
    return cst.Expr(awaited.with_changes(expression=_SLEEP_ZERO))


def drop_statement(node: cst.CSTNode) -> cst.CSTNode | None:
    """Leave the awaited statement out."""
    if not m.matches(node, AWAITED):
        return None
    return cst.SimpleStatementLine([cst.Pass()])


def move_await(node: cst.CSTNode) -> cst.CSTNode | None:
    """Start the first awaited value that can wait, and await it one statement later."""
    if not isinstance(node, cst.IndentedBlock):
        return None
    body = list(node.body)
    for place in range(len(body) - 1):
        name = _awaited_into(body[place])
        following = body[place + 1]
        if name is None or m.findall(following, m.Name(name)) or not goes_on(following):
            continue
        awaited = cst.ensure_type(_assignment(body[place]).value, cst.Await)
        started = _assign(body[place], name, awaited.expression)
        body[place : place + 2] = [started, following, _assign(body[place], name, f"await {name}")]
        return node.with_changes(body=body)
    return None


def plain_function(node: cst.CSTNode) -> cst.CSTNode | None:
    """Forget the ``async`` of the definition."""
    if isinstance(node, cst.FunctionDef) and node.asynchronous is not None:
        return node.with_changes(asynchronous=None)
    return None


def _awaited_into(line: cst.BaseStatement) -> str | None:
    target = m.AssignTarget(target=m.Name())
    pattern = m.SimpleStatementLine(body=[m.Assign(targets=[target], value=m.Await())])
    if not m.matches(line, pattern):
        return None
    return cst.ensure_type(_assignment(line).targets[0].target, cst.Name).value


def _assignment(line: cst.BaseStatement) -> cst.Assign:
    return cst.ensure_type(cst.ensure_type(line, cst.SimpleStatementLine).body[0], cst.Assign)


def _assign(
    line: cst.BaseStatement, name: str, value: cst.BaseExpression | str
) -> cst.BaseStatement:
    expression = cst.parse_expression(value) if isinstance(value, str) else value
    target = cst.AssignTarget(cst.Name(name))
    like = cst.ensure_type(line, cst.SimpleStatementLine)
    return like.with_changes(body=[cst.Assign([target], expression)], leading_lines=())


OPERATORS: dict[str, Operator] = {
    "drop-await": drop_await,
    "fire-and-forget": fire_and_forget,
    "sleep-in-place-of-work": sleep_in_place_of_work,
    "drop-statement": drop_statement,
    "move-await": move_await,
    "plain-function": plain_function,
}
