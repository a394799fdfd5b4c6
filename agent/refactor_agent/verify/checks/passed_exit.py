"""What was done only by those who had not left is still done only by them."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from refactor_agent.verify.checks._acts import LEAVES, in_order, sync_function
from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_by_model
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, dotted

__all__ = ["CHECK"]


class _Step(NamedTuple):
    """A call whose value nobody takes, by its last name, or a test after which one may leave."""

    text: str
    is_exit: bool


def _find(context: Context) -> Iterator[Objection]:
    for change, before, _ in changed_by_model(context):
        yield from _passed(change, before)


def _passed(change: FunctionChange, before: FunctionNode) -> Iterator[Objection]:
    was, now = _steps(before), _steps(change.after)
    places = {step: place for place, step in enumerate(now)}
    for place, left in enumerate(was):
        for other in was[place + 1 :]:
            if left.is_exit == other.is_exit or left not in places or other not in places:
                continue
            if places[left] > places[other]:
                exit_, act = (left, other) if left.is_exit else (other, left)
                how = "only after" if left.is_exit else "before"
                message = f"`{act.text}` was done {how} `if {exit_.text}` could leave"
                yield Objection(f"{change.name}: {message}", change.site(change.after))
                return


def _steps(function: FunctionNode) -> list[_Step]:
    """The steps that stand there once, in their order; a nested function's where it stands."""
    steps = list(_walk(sync_function(function)))
    counts = Counter(steps)
    return [step for step in steps if counts[step] == 1]


def _walk(node: ast.AST) -> Iterator[_Step]:
    if isinstance(node, ast.If) and isinstance(node.body[-1], LEAVES) and not node.orelse:
        yield _Step(ast.unparse(node.test), is_exit=True)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        name = (dotted(node.value.func) or "").rpartition(".")[2]
        given = ast.unparse(ast.Call(ast.Name(name), node.value.args, node.value.keywords))
        yield _Step(given, is_exit=False)
    for part in in_order(node):
        yield from _walk(part)


def _model(title: str, before: str, after: str, says: str = "") -> Example:
    return Example(title, _HEAD + before, _HEAD + after, says, by="model")


_HEAD = "import asyncio\nimport time\n\n\n"
_BEFORE = (
    "def f(k, end):\n    while not k.ready():\n        if k.now() > end:\n"
    "            return False\n        time.sleep(k.pause)\n    return True\n"
)
_LATE = (
    "async def f(k, end):\n    while not k.ready():\n        await asyncio.sleep(k.pause)\n"
    "        if k.now() > end:\n            return False\n    return True\n"
)


CHECK = Check(
    name="passed-exit",
    hazards=("H-F4", "H-S6"),
    reason="Before one may leave or after it: who leaves sees the difference, and few tests leave.",
    level="doubtful",
    find=_find,
    examples=(
        _model("waits once more and gives up then", _BEFORE, _LATE,
                "`sleep(k.pause)` was done only after `if k.now() > end` could leave"),
        _model("told before it may stop",
                "def f(k):\n    tell(k)\n    if not k.on:\n        return\n    send(k)\n",
                "async def f(k):\n    if not k.on:\n        return\n    tell(k)\n"
                "    await send(k)\n",
                "`tell(k)` was done before `if not k.on` could leave"),
        _model("as it was", _BEFORE,
                _BEFORE.replace("def", "async def").replace("time.", "await asyncio.")),
        _model("in a helper for a thread", _BEFORE,
                "async def f(k, end):\n    def part():\n"
                + "".join(f"    {line}\n" for line in _BEFORE.splitlines()[1:])
                + "    return await asyncio.to_thread(part)\n"),
        _model("what is asked is fetched above it",
                "def f(k):\n    if load(k) is None:\n        return\n    send(k)\n",
                "async def f(k):\n    found = await load(k)\n    if found is None:\n"
                "        return\n    await send(k)\n"),
    ),
)  # fmt: skip
