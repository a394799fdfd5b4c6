"""What is made to be awaited is awaited where it is made."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import Finding, fresh_findings, own_nodes
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_COROUTINES = frozenset(
    {"asyncio.sleep", "asyncio.to_thread", "asyncio.wait_for", "asyncio.create_subprocess_exec",
     "asyncio.create_subprocess_shell", "asyncio.open_connection", "anyio.sleep",
     "anyio.to_thread.run_sync", "anyio.run_process", "starlette.concurrency.run_in_threadpool",
     "fastapi.concurrency.run_in_threadpool"}
)  # fmt: skip
"""Functions of asyncio and its kin whose work begins only when what they give is awaited."""
_ADAPTERS = frozenset({"offload"})
_KEEPERS = frozenset({"append", "add", "put_nowait", "insert", "appendleft", "setdefault"})


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _kept)


def _kept(module: Module, function: FunctionNode) -> Iterator[Finding]:
    if not isinstance(function, ast.AsyncFunctionDef):
        return
    for node in own_nodes(function):
        if isinstance(node, ast.Call) and _makes_coroutine(module, node) and _is_kept(module, node):
            text = ast.unparse(node)
            message = (
                f"`{text}` is made here and awaited elsewhere: what stands between runs before "
                "it, and a handler or a lock around it here sees none of it; await it in place"
            )
            yield Finding(node, message, text)


def _makes_coroutine(module: Module, call: ast.Call) -> bool:
    name = module.qualified(call.func) or ""
    return name in _COROUTINES or name.rpartition(".")[2] in _ADAPTERS


def _is_kept(module: Module, call: ast.Call) -> bool:
    parent = module.parents.get(call)
    if isinstance(parent, ast.Return):
        return True
    if isinstance(parent, ast.Assign | ast.AnnAssign):
        return not _awaited_next(module, parent)
    if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute):
        return parent.func.attr in _KEEPERS
    return False


def _awaited_next(module: Module, made: ast.Assign | ast.AnnAssign) -> bool:
    """Whether the very next statement of the block awaits the name, alone or in a gathering."""
    targets = made.targets if isinstance(made, ast.Assign) else [made.target]
    names = {target.id for target in targets if isinstance(target, ast.Name)}
    following = _following(module, made)
    return following is not None and any(
        isinstance(node, ast.Await)
        and any(isinstance(part, ast.Name) and part.id in names for part in ast.walk(node))
        for node in own_nodes(following)
    )


def _following(module: Module, statement: ast.stmt) -> ast.stmt | None:
    parent = module.parents.get(statement)
    for field in ("body", "orelse", "finalbody"):
        block = getattr(parent, field, None)
        if isinstance(block, list) and statement in block[:-1]:
            following = block[block.index(statement) + 1]
            return following if isinstance(following, ast.stmt) else None
    return None


_BEFORE = "import asyncio\n\n\ndef f(k):\n    try:\n        v = g(k)\n    except OSError:\n"
_BEFORE += "        v = None\n    return v\n"
_SAYS = "awaited elsewhere"


def _after(*lines: str) -> str:
    return "import asyncio\n\n\nasync def f(k):\n" + "".join(f"    {line}\n" for line in lines)


CHECK = Check(
    name="late-await",
    hazards=("H-B4", "H-D3"),
    reason="The body starts at the await, not at the call: its errors pass by what guarded it.",
    find=_find,
    examples=(
        Example(
            "made in the try, awaited outside",
            _BEFORE,
            _after("try:", "    w = asyncio.to_thread(g, k)", "except OSError:", "    return None",
                   "return await w"),
            _SAYS,
        ),
        Example(
            "the clock is read between",
            "def f(k):\n    v = g(k)\n    log(clock())\n    return v\n",
            _after("w = asyncio.to_thread(g, k)", "log(clock())", "return await w"),
            _SAYS,
        ),
        Example(
            "collected in a list",
            "def f(ks):\n    return [g(k) for k in ks]\n",
            _after("jobs = []", "for x in k:", "    jobs.append(asyncio.to_thread(g, x))",
                   "return [await job for job in jobs]"),
            _SAYS,
        ),
        Example("returned", _BEFORE, _after("return asyncio.to_thread(g, k)"), _SAYS),
        Example("in place", _BEFORE, _after("return await asyncio.to_thread(g, k)")),
        Example("in the next line", _BEFORE, _after("w = asyncio.to_thread(g, k)", "await w")),
    ),
)  # fmt: skip
