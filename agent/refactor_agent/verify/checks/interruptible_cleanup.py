"""What a `finally` puts right does not stand behind an await that can be cancelled again."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import (
    Finding,
    fresh_findings,
    has_await,
    own_nodes,
)
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module, dotted

__all__ = ["CHECK"]

_TELLS = frozenset({"print", "log", "debug", "info", "warning", "error", "exception"})
"""Calls whose loss leaves nothing half done."""


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _skipped)


def _skipped(module: Module, function: FunctionNode) -> Iterator[Finding]:
    del module
    for node in own_nodes(function):
        if isinstance(node, ast.Try | ast.TryStar) and node.finalbody:
            yield from _behind_await(node.finalbody)


def _behind_await(body: Sequence[ast.stmt]) -> Iterator[Finding]:
    waited = False
    for line in body:
        if waited and (what := _puts_right(line)):
            message = (
                f"`{what}` stands behind an await in `finally`: a task that is cancelled once more "
                "there, as by a server that shuts down, never gets to it; put it first, or the "
                "await in a try of its own"
            )
            yield Finding(line, message, what)
        waited = waited or (has_await([line]) and not _holds_on(line))


def _holds_on(line: ast.stmt) -> bool:
    """Whether cancellation at this statement does not leave it: caught, or kept out by a scope."""
    if isinstance(line, ast.Try):
        return any(_catches_all(handler.type) for handler in line.handlers)
    if isinstance(line, ast.With | ast.AsyncWith):
        calls = [part for item in line.items for part in ast.walk(item.context_expr)]
        return any(
            isinstance(part, ast.keyword)
            and part.arg == "shield"
            and isinstance(part.value, ast.Constant)
            and part.value.value is True
            for part in calls
        )
    return False


def _catches_all(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    last = {(dotted(name) or "").rpartition(".")[2] for name in names}
    return bool(last & {"BaseException", "CancelledError"})


def _puts_right(line: ast.stmt) -> str:
    """Give what a statement does to what others see; empty where it is for this call alone."""
    for node in (line, *own_nodes(line)):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.Delete):
            targets = [node.target] if isinstance(node, ast.AugAssign) else node.targets
            if any(isinstance(target, ast.Attribute | ast.Subscript) for target in targets):
                return ast.unparse(node)
        if isinstance(node, ast.Expr):
            call = node.value.value if isinstance(node.value, ast.Await) else node.value
            if isinstance(call, ast.Call) and _last(call) not in _TELLS:
                return ast.unparse(node)
    return ""


def _last(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else (dotted(call.func) or "")


def _body(*cleanup: str, colour: str = "async ", wait: str = "await ") -> str:
    lines = "".join(f"        {line}\n" for line in cleanup)
    return f"{colour}def f(s):\n    try:\n        {wait}g()\n    finally:\n{lines}"


_BEFORE = _body("s.file.close()", "s.busy = False", colour="", wait="")
_CLOSE = "await s.file.aclose()"
_SAYS = "stands behind an await in `finally`"

CHECK = Check(
    name="interruptible-cleanup",
    hazards=("H-G3",),
    reason="A task that is cancelled while it cleans up leaves a slot or a lock taken for good.",
    level="doubtful",
    find=_find,
    examples=(
        Example("a flag", _BEFORE, _body(_CLOSE, "s.busy = False"), _SAYS),
        Example("a lock", _BEFORE.replace("s.busy = False", "s.lock.release()"),
                _body(_CLOSE, "s.lock.release()"), _SAYS),
        Example("under a condition", _BEFORE,
                _body("if s.file:", f"    {_CLOSE}", "s.busy = False"), _SAYS),
        Example("shielded, which keeps the work and not the waiter", _BEFORE,
                _body("await asyncio.shield(s.file.aclose())", "s.busy = False"), _SAYS),
        Example("first", _BEFORE, _body("s.busy = False", _CLOSE)),
        Example("in a try of its own", _BEFORE,
                _body("try:", f"    {_CLOSE}", "finally:", "    s.busy = False")),
        Example("in a scope that keeps cancellation out", _BEFORE,
                _body("with anyio.CancelScope(shield=True):", f"    {_CLOSE}", "s.busy = False")),
        Example("only told of", _BEFORE.replace("s.busy = False", "log.info('closed')"),
                _body(_CLOSE, "log.info('closed')")),
        Example("one await alone", _BEFORE, _body(_CLOSE)),
        Example("it was so before", _body(_CLOSE, "s.busy = False"),
                _body(_CLOSE, "s.busy = False").replace("g()", "g(1)")),
    ),
)  # fmt: skip
