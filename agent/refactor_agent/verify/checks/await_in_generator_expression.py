"""A generator expression that awaits is an async generator, which sync consumers refuse."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import (
    Finding,
    fresh_findings,
    has_await,
    own_nodes,
)
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _awaiting)


def _awaiting(module: Module, function: FunctionNode) -> Iterator[Finding]:
    for node in own_nodes(function):
        if not isinstance(node, ast.GeneratorExp) or not _is_async(node):
            continue
        parent = module.parents.get(node)
        if isinstance(parent, ast.comprehension | ast.AsyncFor):
            continue
        text = ast.unparse(node)
        message = (
            f"the generator expression {text} awaits, which makes it an async generator; "
            "use a list comprehension"
        )
        yield Finding(node, message, text)


def _is_async(node: ast.GeneratorExp) -> bool:
    """The first iterable is evaluated outside, so an await there does not count."""
    parts: list[ast.AST] = [node.elt, *node.generators[1:], *node.generators[0].ifs]
    return bool(node.generators[0].is_async) or has_await(parts)


_BEFORE = "def f(xs):\n    return any(g(x) for x in xs)\n"


def _after(expression: str) -> str:
    return f"async def f(xs):\n    return {expression}\n"


_SAYS = "makes it an async generator"

CHECK = Check(
    name="await-in-generator-expression",
    hazards=("H-A4",),
    reason="The consumer raises TypeError, or never runs it.",
    find=_find,
    examples=(
        Example("any", _BEFORE, _after("any(await g(x) for x in xs)"), _SAYS),
        Example("sum with filter", _BEFORE, _after("sum(x for x in xs if await g(x))"), _SAYS),
        Example("list comprehension", _BEFORE, _after("any([await g(x) for x in xs])")),
        Example("awaited iterable", _BEFORE, _after("any(x for x in await g(xs))")),
    ),
)
