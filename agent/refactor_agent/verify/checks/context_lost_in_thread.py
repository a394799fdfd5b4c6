"""A context variable is not set on a worker thread, where the setting is lost."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import changed_functions, own_nodes
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module, dotted

__all__ = ["CHECK"]

_THREADED = frozenset({"offload", "to_thread", "run_sync", "run_in_threadpool", "run_in_executor"})


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        module = change.module_after
        variables = _context_variables(module)
        handed = _handed_to_threads(change.after)
        for node in ast.walk(change.after):
            if not isinstance(node, ast.FunctionDef | ast.Lambda):
                continue
            if isinstance(node, ast.FunctionDef) and node.name not in handed:
                continue
            for name in _set_in(node, variables):
                message = f"{change.name}: {name} is set on a worker thread, and reads as before"
                yield Objection(message, change.site(change.after))


def _context_variables(module: Module) -> frozenset[str]:
    return frozenset(
        dotted(target) or ""
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call)
        if (module.qualified(node.value.func) or "").endswith("ContextVar")
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    )


def _handed_to_threads(function: FunctionNode) -> frozenset[str]:
    return frozenset(
        argument.id
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        if (dotted(node.func) or "").rpartition(".")[2] in _THREADED
        for argument in node.args
        if isinstance(argument, ast.Name)
    )


def _set_in(function: ast.FunctionDef | ast.Lambda, variables: frozenset[str]) -> Iterator[str]:
    for node in own_nodes(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = dotted(node.func.value)
            if node.func.attr in {"set", "reset"} and name in variables:
                yield name or ""


_HEAD = "from contextvars import ContextVar\n\nuser = ContextVar('user')\n\n\n"
_BEFORE = _HEAD + "async def f(k):\n    user.set(k)\n    return read(k)\n"

CHECK = Check(
    name="context-lost-in-thread",
    hazards=("H-T5",),
    reason="The thread gets a copy: request ids and users that it sets are lost.",
    find=_find,
    examples=(
        Example(
            "set in the offloaded part",
            _BEFORE,
            _HEAD + "async def f(k):\n    def _part():\n        user.set(k)\n"
            "        return read(k)\n    return await offload(_part)\n",
            "user is set on a worker thread",
        ),
        Example(
            "set before it",
            _BEFORE,
            _HEAD + "async def f(k):\n    user.set(k)\n    return await offload(read, k)\n",
        ),
    ),
)
