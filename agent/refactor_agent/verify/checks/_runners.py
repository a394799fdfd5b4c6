"""Functions that run or await what they are handed: `asyncio.run`, and helpers of tests."""

from __future__ import annotations

import ast

from refactor_agent.verify.checks._functions import own_nodes
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["RUNNERS", "SINKS", "is_sink", "runner_helpers", "runs_argument"]

RUNNERS = frozenset({"asyncio.run", "uvloop.run", "anyio.run", "asyncio.Runner.run"})
SINKS = frozenset(
    {
        "create_task",
        "ensure_future",
        "gather",
        "wait_for",
        "shield",
        "run_until_complete",
        "run_coroutine_threadsafe",
        "as_completed",
    }
)
"""Where coroutines belong, by the last part of the name."""


def is_sink(module: Module, call: ast.Call, sinks: frozenset[str] = SINKS) -> bool:
    """Say whether ``call`` runs, or sees to, the coroutines that are its arguments."""
    name = module.qualified(call.func) or ast.unparse(call.func)
    return name in RUNNERS or name.rpartition(".")[2] in sinks


def runs_argument(module: Module, function: FunctionNode, place: int) -> bool:
    """Say whether ``function`` runs or awaits its positional argument ``place``."""
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    names = names[1:] if names[:1] in (["self"], ["cls"]) else names
    if place >= len(names):
        return False
    for node in own_nodes(function):
        if isinstance(node, ast.Name) and node.id == names[place]:
            parent = module.parents.get(node)
            if isinstance(parent, ast.Await):
                return True
            if isinstance(parent, ast.Call) and is_sink(module, parent):
                return True
    return False


def runner_helpers(module: Module) -> frozenset[str]:
    """Give the names, as calls write them, of the file's functions that run their argument."""
    found = set()
    for name, function in module.functions.items():
        if runs_argument(module, function, 0):
            owner, _, last = name.rpartition(".")
            found.add(f"self.{last}" if owner else last)
    return frozenset(found)
