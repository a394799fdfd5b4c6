"""A lock is shared by those it keeps apart."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import Finding, fresh_findings, own_nodes
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_MODULES = frozenset({"asyncio", "threading", "anyio", "multiprocessing"})
_LOCKS = frozenset({"Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition"})


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _entered)


def _entered(module: Module, function: FunctionNode) -> Iterator[Finding]:
    for node in own_nodes(function):
        if not isinstance(node, ast.With | ast.AsyncWith):
            continue
        for item in node.items:
            if _makes_lock(module, item.context_expr):
                text = ast.unparse(item.context_expr)
                yield Finding(node, f"`{text}` is made for this call and keeps nobody out", text)


def _makes_lock(module: Module, node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return False
    base, _, last = (module.qualified(node.func) or "").rpartition(".")
    return base in _MODULES and last in _LOCKS


_BEFORE = "import asyncio\n\nguard = asyncio.Lock()\n\n\nasync def f(k):\n    {}\n        g(k)\n"

CHECK = Check(
    name="lock-per-call",
    hazards=("H-E3", "H-E4"),
    reason="Every task has its own lock, so all go in at once.",
    find=_find,
    examples=(
        Example(
            "made in place",
            _BEFORE.format("async with guard:"),
            _BEFORE.format("async with asyncio.Lock():"),
            "keeps nobody out",
        ),
        Example(
            "shared",
            _BEFORE.format("if k:"),
            _BEFORE.format("async with guard:"),
        ),
    ),
)
