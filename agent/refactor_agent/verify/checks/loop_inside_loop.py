"""Async code does not start another event loop."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import Finding, fresh_findings, own_nodes
from refactor_agent.verify.checks._hops import hop
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_STARTERS = frozenset(
    {"asyncio.run", "uvloop.run", "anyio.run", "trio.run", "asgiref.sync.async_to_sync",
     "nest_asyncio.apply"}
)  # fmt: skip
_METHODS = frozenset({"run_until_complete", "run_forever"})


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _starting)


def _starting(module: Module, function: FunctionNode) -> Iterator[Finding]:
    if not isinstance(function, ast.AsyncFunctionDef):
        return
    for node in own_nodes(function):
        if not isinstance(node, ast.Call):
            continue
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if module.qualified(node.func) in _STARTERS or method in _METHODS:
            name = ast.unparse(node.func)
            message = f"{name} can't be called while a loop runs, and in async code one does"
            yield Finding(node, message, name)
        elif (handed := hop(node)) and module.qualified(handed.function) in _STARTERS:
            name = ast.unparse(handed.function)
            message = (
                f"{name} on a thread runs a loop of its own: locks, clients and tasks of this one "
                "can't be used there"
            )
            yield Finding(node, message, name)


_BEFORE = "import asyncio\n\n\ndef load(k):\n    return asyncio.run(get(k))\n"

CHECK = Check(
    name="loop-inside-loop",
    hazards=("H-L1", "H-L2"),
    reason="It raises RuntimeError at the first call, or when two loops share something.",
    find=_find,
    examples=(
        Example("asyncio.run", _BEFORE, _BEFORE.replace("def", "async def"), "while a loop runs"),
        Example(
            "run_until_complete",
            _BEFORE,
            "async def load(k):\n    return loop().run_until_complete(get(k))\n",
            "while a loop runs",
        ),
        Example(
            "on a thread",
            "import asyncio\n\n\nasync def load(k):\n    return await get(k)\n",
            "import asyncio\n\n\nasync def load(k):\n"
            "    return await asyncio.to_thread(asyncio.run, get(k))\n",
            "runs a loop of its own",
        ),
        Example("awaited", _BEFORE, "async def load(k):\n    return await get(k)\n"),
        Example("in sync code", _BEFORE, _BEFORE + "\n\nX = 1\n"),
    ),
)
