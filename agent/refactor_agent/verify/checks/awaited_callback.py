"""What callers hand in to be called is not awaited unless it was."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_functions, own_nodes
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        if change.before is not None:
            yield from _awaited(change, _plain_calls(change.before) & _given(change.before))


def _awaited(change: FunctionChange, callbacks: frozenset[str]) -> Iterator[Objection]:
    for node in own_nodes(change.after):
        if not isinstance(node, ast.Await) or not isinstance(node.value, ast.Call):
            continue
        called = node.value.func
        if isinstance(called, ast.Name) and called.id in callbacks:
            message = (
                f"{change.name}: {called.id} is handed in by callers and was called; awaiting "
                "what a plain function gives raises TypeError"
            )
            yield Objection(message, change.site(node))


def _plain_calls(function: FunctionNode) -> frozenset[str]:
    awaited = {node.value for node in ast.walk(function) if isinstance(node, ast.Await)}
    return frozenset(
        node.func.id
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node not in awaited
    )


def _given(function: FunctionNode) -> frozenset[str]:
    given = function.args
    return frozenset(arg.arg for arg in (*given.posonlyargs, *given.args, *given.kwonlyargs))


_BEFORE = "def f(k, seen=None):\n    g(k)\n    if seen:\n        seen(k)\n"


def _after(call: str) -> str:
    return f"async def f(k, seen=None):\n    await g(k)\n    if seen:\n        {call}\n"


CHECK = Check(
    name="awaited-callback",
    hazards=("H-D6", "H-P2"),
    reason="Callers that hand in a plain function get a TypeError, after it has run.",
    level="doubtful",
    find=_find,
    examples=(
        Example("awaited", _BEFORE, _after("await seen(k)"), "is handed in by callers"),
        Example("called", _BEFORE, _after("seen(k)")),
        Example("run on a thread", _BEFORE, _after("await offload(seen, k)")),
        Example("it was awaited", _after("await seen(k)"), _after("await seen(k)") + "    h(k)\n"),
    ),
)
