"""No await in a default value, a decorator or an annotation."""

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


def _awaiting(_module: Module, function: FunctionNode) -> Iterator[Finding]:
    for node in own_nodes(function):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            parts: list[ast.AST] = [*node.decorator_list, *node.args.defaults]
            parts += [default for default in node.args.kw_defaults if default is not None]
            if has_await(parts):
                message = f"the await in the head of {node.name} runs when it is defined"
                yield Finding(node, message, node.name)


def _body(line: str) -> str:
    return f"async def f(x):\n    {line}\n        return k\n    return g\n"


_BEFORE = "def f(x):\n    def g(k=h(x)):\n        return k\n    return g\n"

CHECK = Check(
    name="await-at-definition",
    hazards=("H-A7",),
    reason="It runs once, when the function is defined, not when it is called.",
    find=_find,
    examples=(
        Example("default", _BEFORE, _body("def g(k=await h(x)):"), "runs when it is defined"),
        Example("no await there", _BEFORE, _body("def g(k=x):")),
    ),
)
