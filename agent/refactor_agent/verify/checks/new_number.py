"""No number comes in that nobody asked for, where a model wrote the change."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_by_model
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode

__all__ = ["CHECK"]

_PLAIN = frozenset({0, 1})
"""Counts and first items are asked for in another way, and are no bounds."""


def _find(context: Context) -> Iterator[Objection]:
    for change, before, _ in changed_by_model(context):
        if not change.after.name.startswith("test"):
            yield from _fresh(change, before)


def _fresh(change: FunctionChange, before: FunctionNode) -> Iterator[Objection]:
    known = {node.value for node in _numbers(before)} | _PLAIN
    for node in _numbers(change.after):
        if node.value not in known:
            message = f"{change.name}: {node.value!r} was not there; who says that it is enough?"
            yield Objection(message, change.site(node))


def _numbers(function: FunctionNode) -> Iterator[ast.Constant]:
    for node in ast.walk(function):
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            yield node


_BEFORE = "def f(db):\n    return dict(db.execute('select a, b from t'))\n"
_AFTER = "async def f(db):\n    rows = await db.execute('select a, b from t')\n    return {}\n"

CHECK = Check(
    name="new-number",
    hazards=("H-F3", "H-S6", "H-H1"),
    reason="A bound, a step or a limit of time that a model chose holds in production, too.",
    level="doubtful",
    find=_find,
    examples=(
        Example("a bound", _BEFORE, _AFTER.format("dict(await rows.fetchmany(100))"),
                "100 was not there", by="model"),
        Example("a pause", "def f(q):\n    return q.get()\n",
                "async def f(q):\n    while q.empty():\n        await asyncio.sleep(0.05)\n"
                "    return q.get_nowait()\n", "0.05 was not there", by="model"),
        Example("all of it", _BEFORE, _AFTER.format("dict(await rows.fetchall())"), by="model"),
        Example("the first", "def f(q):\n    a, *_ = q.get()\n    return a\n",
                "async def f(q):\n    return (await q.get())[0]\n", by="model"),
    ),
)  # fmt: skip
