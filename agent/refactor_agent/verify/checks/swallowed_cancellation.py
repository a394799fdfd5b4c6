"""A handler around an await lets cancellation through."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import (
    Finding,
    fresh_findings,
    has_await,
    own_nodes,
)
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_CAUGHT = frozenset(
    {
        "BaseException",
        "CancelledError",
        "asyncio.CancelledError",
        "asyncio.exceptions.CancelledError",
    }
)

_SUPPRESS = frozenset({"contextlib.suppress", "suppress"})


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _swallowing)


def _swallowing(module: Module, function: FunctionNode) -> Iterator[Finding]:
    for node in own_nodes(function):
        if isinstance(node, ast.With) and has_await(node.body):
            yield from _suppressed(module, node)
        if not isinstance(node, ast.Try | ast.TryStar) or not has_await(node.body):
            continue
        for handler in node.handlers:
            if not _catches_cancellation(module, handler.type):
                continue
            if not any(isinstance(part, ast.Raise) for part in own_nodes(handler)):
                caught = "except:" if handler.type is None else ast.unparse(handler.type)
                message = (
                    f"the handler `{caught}` around an await swallows the cancellation of the "
                    "task; let CancelledError through"
                )
                yield Finding(node, message, caught)
            break  # a later handler never sees it


def _suppressed(module: Module, node: ast.With) -> Iterator[Finding]:
    for item in node.items:
        call = item.context_expr
        if not isinstance(call, ast.Call) or module.qualified(call.func) not in _SUPPRESS:
            continue
        if any(_catches_cancellation(module, argument) for argument in call.args):
            text = ast.unparse(call)
            message = f"`{text}` around an await swallows the cancellation of the task"
            yield Finding(node, message, text)


def _catches_cancellation(module: Module, caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(module.qualified(name) in _CAUGHT for name in names)


def _body(handler: str, *, colour: str = "async ", wait: str = "await ") -> str:
    return f"{colour}def f():\n    try:\n        {wait}g()\n    {handler}\n"


def _pair(handler: str, says: str) -> Example:
    return Example(handler, _body(handler, colour="", wait=""), _body(handler), says)


_SAYS = "swallows the cancellation"

CHECK = Check(
    name="swallowed-cancellation",
    hazards=("H-G2",),
    reason="A cancelled task runs on: shutdown and timeouts hang.",
    find=_find,
    examples=(
        Example(
            "suppressed",
            "def f():\n    with suppress(KeyError):\n        g()\n",
            "async def f():\n    with suppress(BaseException):\n        await g()\n",
            _SAYS,
        ),
        _pair("except:\n        return None", _SAYS),
        _pair("except BaseException:\n        log()", _SAYS),
        _pair("except (KeyError, BaseException) as e:\n        log(e)", _SAYS),
        _pair("except:\n        log()\n        raise", ""),
        _pair("except Exception:\n        return None", ""),
        _pair(
            "except asyncio.CancelledError:\n        raise\n    except BaseException:\n        x()",
            "",
        ),
    ),
)  # fmt: skip
