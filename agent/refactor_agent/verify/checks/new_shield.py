"""Work that was ended with its caller still is."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import Finding, fresh_findings, own_nodes
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _shields)


def _shields(module: Module, function: FunctionNode) -> Iterator[Finding]:
    """Clean-up in `finally` may be shielded: there it is what keeps it whole.

    So may what a pool was handed: it goes on whatever becomes of a thread that waits for it.
    """
    for node in own_nodes(function):
        if not isinstance(node, ast.Call) or not _is_shield(module, node):
            continue
        if not _ends(module, node) and not _is_of_pool(module, node):
            text = ast.unparse(node)
            message = (
                f"`{text}` goes on when its caller is cancelled: a client that is gone is served "
                "to the end, and nobody hears how it ended"
            )
            yield Finding(node, message, text)


def _is_shield(module: Module, call: ast.Call) -> bool:
    if module.qualified(call.func) == "asyncio.shield":
        return True
    last = (module.qualified(call.func) or "").rpartition(".")[2]
    return last == "CancelScope" and any(word.arg == "shield" for word in call.keywords)


def _is_of_pool(module: Module, shield: ast.Call) -> bool:
    work = shield.args[0] if len(shield.args) == 1 else None
    return isinstance(work, ast.Call) and module.qualified(work.func) == "asyncio.wrap_future"


def _ends(module: Module, node: ast.AST) -> bool:
    inner = node
    for parent in module.ancestors(node):
        if isinstance(parent, ast.Try | ast.TryStar) and inner in parent.finalbody:
            return True
        inner = parent
    return False


_HEAD = "import asyncio\n\n\n"
_BEFORE = _HEAD + "async def f(k):\n    send(k)\n"
_FINALLY = _HEAD + "async def f(k):\n    try:\n        g(k)\n    finally:\n        send(k)\n"
_SAYS = "goes on when its caller is cancelled"

CHECK = Check(
    name="new-shield",
    hazards=("H-G1", "H-G3"),
    reason="A request that was given up is worked on, unseen.",
    level="doubtful",
    find=_find,
    examples=(
        Example(
            "the whole call",
            _BEFORE,
            _BEFORE.replace("send(k)", "await asyncio.shield(send(k))"),
            _SAYS,
        ),
        Example(
            "a scope",
            _BEFORE,
            "import anyio\n\n\nasync def f(k):\n    with anyio.CancelScope(shield=True):\n"
            "        await send(k)\n",
            _SAYS,
        ),
        Example("awaited", _BEFORE, _BEFORE.replace("send(k)", "await send(k)")),
        Example(
            "clean-up",
            _FINALLY,
            _FINALLY.replace("send(k)", "await asyncio.shield(send(k))"),
        ),
        Example(
            "work of a pool",
            _BEFORE.replace("send(k)", "return pool.submit(send, k).result()"),
            _BEFORE.replace(
                "send(k)",
                "return await asyncio.shield(asyncio.wrap_future(pool.submit(send, k)))",
            ),
        ),
        Example(
            "it was so before",
            _BEFORE.replace("send(k)", "await asyncio.shield(get(k))"),
            _BEFORE.replace("send(k)", "await asyncio.shield(get(k))\n    await send(k)"),
        ),
    ),
)
