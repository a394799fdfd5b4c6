"""What was done in order stays in order."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import Finding, fresh_findings, own_nodes
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_CONCURRENT = frozenset(
    {"gather", "as_completed", "TaskGroup", "create_task_group", "create_task", "ensure_future",
     "start_soon", "run_coroutine_threadsafe", "ordered_map"}
)  # fmt: skip


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _concurrent)


def _concurrent(_module: Module, function: FunctionNode) -> Iterator[Finding]:
    if function.name.startswith("test"):
        return
    for node in own_nodes(function):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        last = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if last in _CONCURRENT:
            message = (
                f"{ast.unparse(called)} makes concurrent what was done in order: side effects, "
                "exceptions and the load on others change; await one after the other"
            )
            yield Finding(node, message, last)


_BEFORE = "def load(keys):\n    return [get(key) for key in keys]\n"


def _after(expression: str) -> str:
    return f"import asyncio\n\n\nasync def load(keys):\n    return {expression}\n"


_SAYS = "makes concurrent"

CHECK = Check(
    name="new-concurrency",
    hazards=("H-F1", "H-F2", "H-F3", "H-F4", "H-B6", "H-W6"),
    reason="Unbounded or reordered work fails only under load, or when one item fails.",
    find=_find,
    examples=(
        Example("gather", _BEFORE, _after("await asyncio.gather(*(get(k) for k in keys))"), _SAYS),
        Example(
            "task thrown away",
            _BEFORE,
            _after("[asyncio.create_task(get(k)) for k in keys]"),
            _SAYS,
        ),
        Example("in order", _BEFORE, _after("[await get(key) for key in keys]")),
        Example(
            "it was concurrent before",
            _after("await asyncio.gather(*(offload(get, k) for k in keys))"),
            _after("await asyncio.gather(*(get(k) for k in keys))"),
        ),
    ),
)
