"""A conversion does not set the event loop up anew."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import Finding, fresh_findings, own_nodes
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_SETTINGS = frozenset(
    {"slow_callback_duration", "set_debug", "set_exception_handler", "set_default_executor",
     "set_task_factory", "set_event_loop", "set_event_loop_policy"}
)  # fmt: skip


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _set)


def _set(_module: Module, function: FunctionNode) -> Iterator[Finding]:
    is_sync = isinstance(function, ast.FunctionDef)
    for node in own_nodes(function):
        if is_sync and isinstance(node, ast.Attribute) and node.attr == "get_event_loop":
            message = "get_event_loop raises where no loop runs, as in a sync function"
            yield Finding(node, message, node.attr)
        if isinstance(node, ast.Attribute) and node.attr in _SETTINGS:
            yield Finding(node, f"{node.attr} changes the loop for everybody", node.attr)


_BEFORE = "async def f(k):\n    work(k)\n"

CHECK = Check(
    name="changed-loop",
    hazards=("H-L1", "H-L4", "H-X3"),
    reason="It hides what blocks or fails, here and everywhere else.",
    find=_find,
    examples=(
        Example(
            "warning switched off",
            _BEFORE,
            "async def f(k):\n    asyncio.get_running_loop().slow_callback_duration = 60\n"
            "    work(k)\n",
            "for everybody",
        ),
        Example(
            "asked for where none may run",
            "def f(k):\n    return work(k)\n",
            "def f(k):\n    return asyncio.get_event_loop().run_until_complete(work(k))\n",
            "raises where no loop runs",
        ),
        Example("not touched", _BEFORE, _BEFORE.replace("work", "await work")),
    ),
)
