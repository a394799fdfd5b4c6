"""What asyncio and the thread pools give is awaited."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import Finding, fresh_findings, own_nodes
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_COROUTINES = frozenset(
    {"asyncio.sleep", "asyncio.to_thread", "asyncio.wait_for", "asyncio.wait",
     "asyncio.open_connection", "asyncio.create_subprocess_exec",
     "asyncio.create_subprocess_shell", "anyio.sleep", "anyio.to_thread.run_sync",
     "anyio.run_process", "starlette.concurrency.run_in_threadpool",
     "fastapi.concurrency.run_in_threadpool"}
)  # fmt: skip
_METHODS = frozenset({"run_in_executor", "offload"})
_USED_AS_VALUE = (
    ast.Expr | ast.If | ast.While | ast.IfExp | ast.BoolOp | ast.UnaryOp | ast.Compare
    | ast.BinOp | ast.FormattedValue | ast.Assert | ast.Attribute | ast.Subscript
)  # fmt: skip


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _thrown_away)


def _thrown_away(module: Module, function: FunctionNode) -> Iterator[Finding]:
    for node in own_nodes(function):
        if not isinstance(node, ast.Call) or not isinstance(
            module.parents.get(node), _USED_AS_VALUE
        ):
            continue
        name = module.qualified(node.func) or ast.unparse(node.func)
        last = node.func.attr if isinstance(node.func, ast.Attribute) else name.rpartition(".")[2]
        if name in _COROUTINES or last in _METHODS:
            yield Finding(node, f"`{ast.unparse(node)}` is not awaited", ast.unparse(node))


_BEFORE = "import asyncio\n\n\ndef f(k):\n    g(k)\n    return k\n"


def _after(body: str) -> str:
    return f"import asyncio\n\n\nasync def f(k):\n    {body}\n    return k\n"


_SAYS = "is not awaited"

CHECK = Check(
    name="unawaited-library-call",
    hazards=("H-B1", "H-B3"),
    reason="The work is not done, or nobody hears how it ended.",
    find=_find,
    examples=(
        Example("statement", _BEFORE, _after("asyncio.sleep(k)"), _SAYS),
        Example("condition", _BEFORE, _after("if asyncio.to_thread(g, k): pass"), _SAYS),
        Example(
            "executor",
            _BEFORE,
            _after("asyncio.get_running_loop().run_in_executor(None, g, k)"),
            _SAYS,
        ),
        Example("awaited", _BEFORE, _after("await asyncio.to_thread(g, k)")),
        Example("awaited later", _BEFORE, _after("c = asyncio.to_thread(g, k)\n    await c")),
    ),
)
