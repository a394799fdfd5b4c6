"""Calls are made in the order in which they were, where a model wrote the change."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from refactor_agent.verify.checks._acts import NO_EFFECT, in_order, sync_function
from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import changed_by_model
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, dotted

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    for change, before, _ in changed_by_model(context):
        pair = _exchanged(_calls(before), _calls(change.after))
        if pair:
            message = (
                f"{change.name}: {pair[0]} was called before {pair[1]}, and is called after it"
            )
            yield Objection(message, change.site(change.after))


def _exchanged(before: list[str], after: list[str]) -> tuple[str, str] | None:
    """The first two calls, each made in one place before and after, that changed places."""
    once = {
        name
        for name, count in (Counter(before) & Counter(after)).items()
        if count == 1 and before.count(name) == after.count(name)
    }
    was = [name for name in before if name in once]
    now = [name for name in after if name in once]
    for old, new in zip(was, now, strict=True):
        if old != new:
            return old, new
    return None


def _calls(function: FunctionNode) -> list[str]:
    """What is called, in the order of evaluation, as it would be in sync."""
    found: list[str] = []
    for statement in sync_function(function).body:
        _walk(statement, found)
    return found


def _walk(node: ast.AST, found: list[str]) -> None:
    for child in in_order(node):
        _walk(child, found)
    if isinstance(node, ast.Call):
        name = dotted(node.func) or ""
        if name and name not in NO_EFFECT:
            found.append(name)


_BEFORE = "def f(k):\n    send(k)\n    mark(k)\n    return len(k)\n"
_SAYS = "and is called after it"


def _model(title: str, before: str, after: str, says: str = "") -> Example:
    return Example(title, before, after, says, by="model")


CHECK = Check(
    name="reordered-calls",
    hazards=("H-F4", "H-B4"),
    reason="An effect that stood behind a failure comes before it, or is seen too early.",
    level="doubtful",
    find=_find,
    examples=(
        _model("exchanged", _BEFORE,
                "async def f(k):\n    mark(k)\n    await offload(send, k)\n    return len(k)\n",
                _SAYS),
        _model("an argument worked out first", _BEFORE,
                "async def f(k):\n    await offload(send, mark(k))\n    return len(k)\n", _SAYS),
        _model("in order", _BEFORE,
                "async def f(k):\n    await offload(send, k)\n    mark(k)\n    return len(k)\n"),
        _model("hoisted in order", "def f(k):\n    return add(one(k), two(k))\n",
                "async def f(k):\n    first = await one(k)\n    return add(first, await two(k))\n"),
        _model("a comprehension made a loop", "def f(ks):\n    return [g(k) for k in h(ks)]\n",
                "async def f(ks):\n    r = []\n    for k in h(ks):\n        r.append(await g(k))\n"
                "    return r\n"),
    ),
)  # fmt: skip
