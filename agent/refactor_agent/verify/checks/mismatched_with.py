"""`with` goes with sync context managers, `async with` with async ones."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import Finding, fresh_findings, own_nodes
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_ASYNC = frozenset(
    {
        "asyncio.Lock",
        "asyncio.Semaphore",
        "asyncio.BoundedSemaphore",
        "asyncio.Condition",
        "asyncio.timeout",
        "asyncio.timeout_at",
        "asyncio.TaskGroup",
        "contextlib.AsyncExitStack",
        "contextlib.aclosing",
        "httpx.AsyncClient",
        "httpx2.AsyncClient",
        "aiohttp.ClientSession",
        "anyio.create_task_group",
        "anyio.open_file",
        "aiofiles.open",
        "aiosqlite.connect",
    }
)
_SYNC = frozenset(
    {
        "open",
        "threading.Lock",
        "threading.RLock",
        "threading.Condition",
        "threading.Semaphore",
        "contextlib.ExitStack",
        "contextlib.closing",
        "contextlib.suppress",
        "contextlib.redirect_stdout",
        "httpx.Client",
        "httpx2.Client",
        "requests.Session",
        "requests.get",
        "sqlite3.connect",
        "subprocess.Popen",
        "urllib.request.urlopen",
        "tempfile.TemporaryDirectory",
        "tempfile.NamedTemporaryFile",
        "zipfile.ZipFile",
    }
)
"""Managers that are of one kind only."""


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _mismatched)


def _mismatched(module: Module, function: FunctionNode) -> Iterator[Finding]:
    for node in own_nodes(function):
        if not isinstance(node, ast.With | ast.AsyncWith):
            continue
        wrong, right = (_ASYNC, "async with") if isinstance(node, ast.With) else (_SYNC, "with")
        for item in node.items:
            call = item.context_expr
            if not isinstance(call, ast.Call):
                continue
            name = module.qualified(call.func)
            if name in wrong:
                yield Finding(node, f"{ast.unparse(call.func)} needs `{right}`", name or "")


def _body(head: str, colour: str = "async ") -> str:
    return (
        "import asyncio\nimport contextlib\nimport httpx\n\n\n"
        f"{colour}def f():\n    {head}:\n        return 1\n"
    )


_BEFORE = _body("with httpx.Client() as c", "")

CHECK = Check(
    name="mismatched-with",
    hazards=("H-H3", "H-H4"),
    reason="It raises at the `with`, before the body runs.",
    find=_find,
    examples=(
        Example("async client", _BEFORE, _body("with httpx.AsyncClient() as c"), "`async with`"),
        Example("async with open", _BEFORE, _body("async with open('x') as c"), "`with`"),
        Example(
            "exit stack", _BEFORE, _body("async with contextlib.ExitStack() as c"), "needs `with`"
        ),
        Example("paired", _BEFORE, _body("async with httpx.AsyncClient() as c")),
        Example("unknown", _BEFORE, _body("async with make() as c")),
        Example("still sync", _BEFORE, _body("with open('x') as c")),
    ),
)
