"""What the plan would not hand to a thread is not handed to one all the same."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import changed_functions
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, dotted

__all__ = ["CHECK"]

_REASONS = frozenset({"made-elsewhere", "shared-unsafe-object", "thread-affine"})
"""Of the plan, for not handing an object to a thread."""
_THREADED = frozenset({"offload", "run_in_executor", "run_in_threadpool", "run_sync", "to_thread"})


def _find(context: Context) -> Iterator[Objection]:
    refused = [
        refusal.message
        for change in context.changes
        if change.attempt is None  # what rules planned was measured by the same refusals
        for refusal in change.change_set.refusals
        if refusal.reason in _REASONS and refusal.strategy == "offload"
    ]
    if not refused:
        return
    for change in changed_functions(context):
        before = _hops(change.before) if change.before is not None else 0
        if _hops(change.after) > before:
            message = f"{change.name}: work is handed to a thread, but {refused[0]}"
            yield Objection(message, change.site(change.after))


def _hops(function: FunctionNode) -> int:
    """Count what is handed to threads."""
    return sum(
        (dotted(node.func) or "").rpartition(".")[2] in _THREADED
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
    )


_BEFORE = "class Store:\n    async def put(self, u):\n        return self.session.put(u)\n"
_AFTER = (
    "import asyncio\n\n\nclass Store:\n    async def put(self, u):\n"
    "        return await asyncio.to_thread(self.session.put, u)\n"
)

CHECK = Check(
    name="unsafe-offload",
    hazards=("H-T3", "H-T4"),
    reason="Two threads in one object that only one may use at a time: seldom wrong in a test.",
    level="doubtful",
    find=_find,
    examples=(
        Example(
            "a shared session",
            _BEFORE,
            _AFTER,
            "handed to a thread",
            refused=("shared-unsafe-object",),
        ),
        Example("for another reason", _BEFORE, _AFTER, refused=("shared-state",)),
        Example("nothing was refused", _BEFORE, _AFTER),
    ),
)
