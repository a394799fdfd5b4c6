"""Conditions, and what is known where they hold."""

from __future__ import annotations

import ast
from collections.abc import Callable

from refactor_agent.locate.summarise.walk import Walk

__all__ = ["condition", "narrow", "narrow_to_opposite", "type_test"]


def condition(walk: Walk, node: ast.expr) -> Callable[[], None]:
    """Walk a condition; the result binds what is known where it holds."""
    term = walk.value(node)
    if not isinstance(node, ast.BoolOp):
        walk.operate("__bool__", term, None, node)
    return lambda: narrow(walk, node)


def narrow(walk: Walk, node: ast.expr) -> None:
    """Bind what is known where ``node`` is true."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        for part in node.values:
            narrow(walk, part)
    elif isinstance(node, ast.NamedExpr):
        narrow(walk, node.value)
    else:
        tested = type_test(node)
        if tested is not None:
            _narrow_to(walk, *tested)
        elif isinstance(node, ast.Call):
            _note_coroutine_function(walk, node)


def _note_coroutine_function(walk: Walk, node: ast.Call) -> None:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
    name = name.id if isinstance(name, ast.Name) else name
    if name == "iscoroutinefunction" and len(node.args) == 1 and not node.keywords:
        walk.scope.note_coroutine_function(node.args[0])


def type_test(node: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """Give what ``isinstance(x, C)`` and ``type(x) is C`` test, and for which classes."""
    if isinstance(node, ast.Call) and _calls(node, "isinstance") and len(node.args) == 2:
        return node.args[0], node.args[1]
    if (
        isinstance(node, ast.Compare)
        and isinstance(node.ops[0], ast.Is | ast.Eq)
        and isinstance(node.left, ast.Call)
        and _calls(node.left, "type")
        and len(node.left.args) == 1
    ):
        return node.left.args[0], node.comparators[0]
    return None


def _calls(node: ast.Call, name: str) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == name


def _narrow_to(walk: Walk, tested: ast.expr, classes: ast.expr) -> None:
    if not isinstance(tested, ast.Name | ast.Attribute):
        return
    before, number = len(walk.body.loads), len(walk.body.calls)
    operations = len(walk.body.operations)
    kind, wider = walk.value(classes), walk.value(tested)
    del walk.body.loads[before:]
    del walk.body.operations[operations:]
    if number != len(walk.body.calls):
        return
    if wider is not None and wider[0] == "N":
        wider = wider[2] if len(wider) > 2 else None
    if isinstance(tested, ast.Name):
        walk.scope.narrow(tested.id, ("N", kind, wider))
    else:
        walk.scope.narrow_path(tested, ("N", kind, wider))


def narrow_to_opposite(walk: Walk, node: ast.expr) -> None:
    """Bind what is known where ``node`` is false: after ``if not isinstance(x, C): return``."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        narrow(walk, node.operand)
    elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        for part in node.values:
            narrow_to_opposite(walk, part)
