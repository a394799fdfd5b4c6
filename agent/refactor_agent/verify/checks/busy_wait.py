"""Nobody waits by looking at the clock."""

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

_CLOCKS = frozenset({"time.time", "time.monotonic", "time.perf_counter"})


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _spinning)


def _spinning(module: Module, function: FunctionNode) -> Iterator[Finding]:
    if not isinstance(function, ast.AsyncFunctionDef):
        return
    for node in own_nodes(function):
        if not isinstance(node, ast.While) or has_await(node.body):
            continue
        looks = any(
            isinstance(part, ast.Call) and module.qualified(part.func) in _CLOCKS
            for part in ast.walk(node.test)
        )
        if looks and not any(isinstance(part, ast.Call) for n in node.body for part in ast.walk(n)):
            text = ast.unparse(node.test)
            yield Finding(node, f"the loop `while {text}` waits without letting others run", text)


_BEFORE = "import time\n\n\nasync def f(end):\n    time.sleep(end)\n"


def _after(body: str) -> str:
    return (
        f"import time\n\n\nasync def f(end):\n    while time.monotonic() < end:\n        {body}\n"
    )


CHECK = Check(
    name="busy-wait",
    hazards=("H-W1",),
    reason="The loop stands still as it did, and the processor is busy besides.",
    find=_find,
    examples=(
        Example("empty", _BEFORE, _after("pass"), "without letting others run"),
        Example("awaits", _BEFORE, _after("await asyncio.sleep(0.1)")),
        Example("works", _BEFORE, _after("work()")),
    ),
)
