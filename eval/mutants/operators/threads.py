"""Threads that are not used, or too late."""

from __future__ import annotations

import libcst as cst
import libcst.matchers as m
from eval.mutants.operators._nodes import (
    Operator,
)

__all__ = ["OPERATORS"]


def block_again(node: cst.CSTNode) -> cst.CSTNode | None:
    """Sleep on the thread of the loop."""
    sleep = m.Call(func=m.Attribute(value=m.Name("asyncio"), attr=m.Name("sleep")))
    if not m.matches(node, m.Await(expression=sleep)):
        return None
    call = cst.ensure_type(cst.ensure_type(node, cst.Await).expression, cst.Call)
    return call.with_changes(func=cst.parse_expression("time.sleep"))


def no_thread(node: cst.CSTNode) -> cst.CSTNode | None:
    """Call on the loop's thread what was handed to a worker."""
    hand_over = m.Name("offload") | m.Attribute(value=m.Name("asyncio"), attr=m.Name("to_thread"))
    pattern = m.Await(expression=m.Call(func=hand_over, args=[m.AtLeastN(n=1)]))
    if not m.matches(node, pattern):
        return None
    call = cst.ensure_type(cst.ensure_type(node, cst.Await).expression, cst.Call)
    return cst.Call(func=call.args[0].value, args=call.args[1:])


def eager_argument(node: cst.CSTNode) -> cst.CSTNode | None:
    """Do the work while its hand-over is being written: ``offload(f(x))`` for ``offload(f, x)``."""
    worker = no_thread(node)
    if worker is None:
        return None
    call = cst.ensure_type(cst.ensure_type(node, cst.Await).expression, cst.Call)
    return cst.Await(call.with_changes(args=[cst.Arg(cst.ensure_type(worker, cst.Call))]))


OPERATORS: dict[str, Operator] = {
    "block-again": block_again,
    "no-thread": no_thread,
    "eager-argument": eager_argument,
}
