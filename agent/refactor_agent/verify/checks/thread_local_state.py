"""Tasks on one thread share what is thread-local."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import own_nodes, turned_async
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import Module, dotted

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    for change in turned_async(context):
        module = change.module_after
        local = _thread_locals(module)
        seen = set()
        for node in own_nodes(change.after):
            name = dotted(node) if isinstance(node, ast.Name | ast.Attribute) else None
            if name in local and name not in seen:
                seen.add(name)
                message = (
                    f"{change.name}: {name} is thread-local, and all tasks run on one thread; "
                    "use contextvars"
                )
                yield Objection(message, change.site(change.after))


def _thread_locals(module: Module) -> frozenset[str]:
    return frozenset(
        dotted(target) or ""
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        if module.qualified(node.value.func) == "threading.local"
        for target in node.targets
    )


_BEFORE = "import threading\n\nhere = threading.local()\n\n\ndef f():\n    return here.user\n"

CHECK = Check(
    name="thread-local-state",
    hazards=("H-E8",),
    reason="One request reads what another has written.",
    level="doubtful",
    find=_find,
    examples=(
        Example("read in a task", _BEFORE, _BEFORE.replace("def", "async def"), "thread-local"),
        Example(
            "a context variable",
            _BEFORE,
            _BEFORE.replace("def", "async def").replace(
                "threading.local()", "contextvars.ContextVar('user')"
            ),
        ),
    ),
)
