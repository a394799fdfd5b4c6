"""A client that the converted code makes is closed by it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import Finding, fresh_findings, own_nodes
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module, dotted

__all__ = ["CHECK"]

_CLIENTS = frozenset(
    {"httpx.AsyncClient", "httpx2.AsyncClient", "aiohttp.ClientSession", "redis.asyncio.Redis",
     "openai.AsyncOpenAI", "anthropic.AsyncAnthropic", "pymongo.AsyncMongoClient"}
)  # fmt: skip
_CLOSING = frozenset({"aclose", "close", "enter_async_context", "push_async_callback", "aclosing"})


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _open)


def _open(module: Module, function: FunctionNode) -> Iterator[Finding]:
    shared = {
        name for node in own_nodes(function) if isinstance(node, ast.Global) for name in node.names
    }
    for node in own_nodes(function):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        client, name = module.qualified(node.value.func), dotted(node.targets[0])
        if client not in _CLIENTS or name is None or "." in name:
            continue
        if name in shared:
            message = f"{name} outlives the loop it is first used on, and another loop can't use it"
            yield Finding(node, message, name)
        elif not _is_closed(function, name):
            yield Finding(node, f"the {client} in {name} is never closed; use `async with`", name)


def _is_closed(function: FunctionNode, name: str) -> bool:
    """Closed, entered, given away to be closed, or returned."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            last = (dotted(node.func) or "").rpartition(".")[2]
            parts = [node.func, *node.args] if last in _CLOSING else []
        elif isinstance(node, ast.AsyncWith):
            parts = [item.context_expr for item in node.items]
        else:
            parts = [node.value] if isinstance(node, ast.Return | ast.Yield) and node.value else []
            parts = [part for part in parts if isinstance(part, ast.Name | ast.Tuple)]
        if any(isinstance(n, ast.Name) and n.id == name for part in parts for n in ast.walk(part)):
            return True
    return False


_BEFORE = "import httpx\n\nC = None\n\n\ndef f(u):\n    return httpx.get(u)\n"


def _after(*lines: str) -> str:
    return "import httpx\n\nC = None\n\n\nasync def f(u):\n    " + "\n    ".join(lines) + "\n"


_MADE = "c = httpx.AsyncClient()"

CHECK = Check(
    name="unclosed-client",
    hazards=("H-H5", "H-L2"),
    reason="Connections leak; on another loop the client fails.",
    find=_find,
    examples=(
        Example("left open", _BEFORE, _after(_MADE, "return await c.get(u)"), "is never closed"),
        Example(
            "for all loops",
            _BEFORE,
            _after("global C", "C = httpx.AsyncClient()", "return await C.get(u)"),
            "another loop can't use it",
        ),
        Example("entered", _BEFORE, _after(_MADE, "async with c:", "    return await c.get(u)")),
        Example("closed", _BEFORE, _after(_MADE, "await c.get(u)", "await c.aclose()")),
        Example("given back", _BEFORE, _after(_MADE, "return c")),
    ),
)
