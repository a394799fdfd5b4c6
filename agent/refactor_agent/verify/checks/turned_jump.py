"""What went on with the next still does, and what ended the loop still ends it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import changed_by_model, own_nodes
from refactor_agent.verify.checks._sync_form import sync_form
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode

__all__ = ["CHECK"]

_JUMPS = {ast.Break: "leaves the loop", ast.Continue: "goes on with the next"}
_RETURNS = "leaves the function"


def _find(context: Context) -> Iterator[Objection]:
    for change, before, _ in changed_by_model(context):
        was, now = _jumps(before), _jumps(change.after)
        for where in sorted(was.keys() & now.keys()):
            if _differ(was[where], now[where]):
                how = " or ".join(sorted(now[where]))
                message = f"after `{where}` it {how} now, and did not before"
                yield Objection(f"{change.name}: {message}", change.site(change.after))


def _differ(was: set[str], now: set[str]) -> bool:
    """To leave the loop and to leave the function are the same where nothing follows the loop."""
    left = {_JUMPS[ast.Break], _RETURNS}
    return not was & now and not (was <= left and now <= left)


def _jumps(function: FunctionNode) -> dict[str, set[str]]:
    """How it goes on where a branch or a handler in a loop ends, by what leads there."""
    found: dict[str, set[str]] = defaultdict(set)
    loops = [n for n in ast.walk(function) if isinstance(n, ast.For | ast.AsyncFor | ast.While)]
    for loop in loops:
        for node in own_nodes(loop):
            if isinstance(node, ast.If | ast.ExceptHandler):
                last = node.body[-1]
                how = _RETURNS if isinstance(last, ast.Return) else _JUMPS.get(type(last))
                if how:
                    found[_led(node)].add(how)
    return found


def _led(node: ast.If | ast.ExceptHandler) -> str:
    if isinstance(node, ast.If):
        return f"if {sync_form(node.test)}"
    return f"except {sync_form(node.type)}" if node.type else "except"


def _model(title: str, after: str, says: str = "") -> Example:
    return Example(title, _BEFORE, after, says, by="model")


_BEFORE = (
    "def f(ks):\n    for k in ks:\n        try:\n            got = g(k)\n"
    "        except OSError:\n            continue\n        if not got:\n            break\n"
    "        h(got)\n"
)
_AFTER = _BEFORE.replace("def", "async def").replace("= g(", "= await g(")
_HELPER = (
    "async def f(ks):\n    for k in ks:\n        try:\n            got = await g(k)\n"
    "        except OSError:\n            continue\n        if not got:\n            return\n"
    "        h(got)\n"
)
_ROUND = "def f(ks):\n    for k in ks:\n        if k is None:\n            continue\n        h(k)\n"
_ROUND_HELPED = (
    "async def f(ks):\n    def one(k):\n        if k is None:\n            return\n        h(k)\n"
    "    for k in ks:\n        await offload(one, k)\n"
)


CHECK = Check(
    name="turned-jump",
    hazards=("H-F4", "H-H1"),
    reason="To go on, to stop and to return are the same for the last item, and tests have few.",
    level="doubtful",
    find=_find,
    examples=(
        _model("ends where it went on", _AFTER.replace("continue", "break"),
                "after `except OSError` it leaves the loop now"),
        _model("goes on where it ended", _AFTER.replace("break", "continue"),
                "after `if not got` it goes on with the next now"),
        _model("returns where it went on", _AFTER.replace("continue", "return"),
                "after `except OSError` it leaves the function now"),
        Example("a round in a helper", _ROUND, _ROUND_HELPED, by="model"),
        _model("the same", _AFTER),
        _model("nothing follows the loop", _HELPER),
    ),
)  # fmt: skip
