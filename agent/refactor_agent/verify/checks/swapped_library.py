"""A client that is async in its own library is not exchanged for a sibling of another name."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_functions
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_SIBLINGS = {"httpx": "httpx2", "httpx2": "httpx"}


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        if change.before is None or change.module_before is None:
            continue
        for old, new in _SIBLINGS.items():
            was = _clients(change.module_before, change.before, old)
            if was and not _clients(change.module_before, change.before, new):
                yield from _exchanged(change, old, new)


def _exchanged(change: FunctionChange, old: str, new: str) -> Iterator[Objection]:
    for call in _clients(change.module_after, change.after, new):
        if not _waits_for_ever(change.module_after, call):
            message = (
                f"{change.name}: {old} became {new}, whose pool hands out connections in another "
                "way: under load it raises PoolTimeout where the other one waited"
            )
            yield Objection(message, change.site(call))


def _clients(module: Module, function: FunctionNode, library: str) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and (module.qualified(node.func) or "").startswith(f"{library}.")
        and (module.qualified(node.func) or "").rpartition(".")[2] != "Timeout"
    ]


def _waits_for_ever(module: Module, call: ast.Call) -> bool:
    """Whether nothing limits how long a request waits for a connection."""
    for word in call.keywords:
        if word.arg == "timeout":
            if isinstance(word.value, ast.Constant):
                return word.value.value is None
            if isinstance(word.value, ast.Call):
                name = (module.qualified(word.value.func) or "").rpartition(".")[2]
                pool = [given.value for given in word.value.keywords if given.arg == "pool"]
                return name == "Timeout" and any(
                    isinstance(value, ast.Constant) and value.value is None for value in pool
                )
    return False


_HEAD = "import httpx\nimport httpx2\n\n\n"
_BEFORE = f"{_HEAD}async def f(u):\n    return httpx.get(u).json()\n"


def _after(client: str) -> str:
    return f"{_HEAD}async def f(u):\n    async with {client} as c:\n        return await c.get(u)\n"


CHECK = Check(
    name="swapped-library",
    hazards=("H-R17",),
    reason="Where twelve requests share two connections, most fail instead of waiting.",
    level="doubtful",
    find=_find,
    examples=(
        Example("the sibling", _BEFORE, _after("httpx2.AsyncClient()"), "httpx became httpx2"),
        Example(
            "with a limit",
            _BEFORE,
            _after("httpx2.AsyncClient(timeout=5)"),
            "httpx became httpx2",
        ),
        Example("its own", _BEFORE, _after("httpx.AsyncClient()")),
        Example("waits for ever", _BEFORE, _after("httpx2.AsyncClient(timeout=None)")),
        Example(
            "waits for ever for a connection",
            _BEFORE,
            _after("httpx2.AsyncClient(timeout=httpx2.Timeout(5, pool=None))"),
        ),
        Example(
            "from another library",
            "import requests\n\n\nasync def f(u):\n    return requests.get(u).json()\n",
            _after("httpx2.AsyncClient()"),
        ),
        Example(
            "both before",
            f"{_HEAD}async def f(u):\n    return httpx.get(u), httpx2.get(u)\n",
            _after("httpx2.AsyncClient()"),
        ),
    ),
)
