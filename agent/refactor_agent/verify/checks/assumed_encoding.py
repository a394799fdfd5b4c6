"""Text of a response is decoded as it was, where the server does not say how."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_functions
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module, dotted

__all__ = ["CHECK"]

_NEW = frozenset({"httpx", "httpx2", "aiohttp"})
_VERBS = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "request", "send", "stream"}
)


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        if change.before is None or change.module_before is None:
            continue
        if not _imports(change.module_before, {"requests"}):
            continue
        if _imports(change.module_after, _NEW) and not _says_how(change):
            yield from _texts(change, change.before)


def _imports(module: Module, roots: frozenset[str] | set[str]) -> bool:
    return any(name.partition(".")[0] in roots for name in module.imported.values())


def _texts(change: FunctionChange, before: FunctionNode) -> Iterator[Objection]:
    """What is read of a response that another library gives now."""
    fresh = _responses(change.after) - _awaited(before)
    for node in ast.walk(change.after):
        if isinstance(node, ast.Attribute) and node.attr == "text":
            name = dotted(node.value)
            if name in fresh or _is_answer(node.value):
                message = (
                    f"{change.name}: without a charset, requests reads text as ISO-8859-1 or "
                    "guesses, and the new library as UTF-8; set the encoding, or decode the bytes"
                )
                yield Objection(message, change.site(node))


def _says_how(change: FunctionChange) -> bool:
    """An encoding is set, or given where the client or the text is asked for."""
    for node in ast.walk(change.module_after.tree):
        if isinstance(node, ast.keyword) and node.arg == "default_encoding":
            return True
    for node in ast.walk(change.after):
        if isinstance(node, ast.keyword) and node.arg == "encoding":
            return True
        is_set = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        if is_set and getattr(node, "attr", "") == "encoding":
            return True
    return False


def _responses(function: FunctionNode) -> set[str]:
    """Names of what an awaited request gives, by assignment or by `async with`."""
    return _awaited(function) | {
        item.optional_vars.id
        for node in ast.walk(function)
        if isinstance(node, ast.AsyncWith)
        for item in node.items
        if isinstance(item.optional_vars, ast.Name) and _asks(item.context_expr)
    }


def _awaited(function: FunctionNode) -> set[str]:
    return {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and _is_answer(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _is_answer(node: ast.AST) -> bool:
    return isinstance(node, ast.Await) and _asks(node.value)


def _asks(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _VERBS
    )


_HEAD = "import httpx\nimport requests\n\n\n"
_BEFORE = f"{_HEAD}async def f(u):\n    r = requests.get(u)\n    return r.text\n"


def _after(call: str, settings: str = "", result: str = "r.text") -> str:
    return (
        f"{_HEAD}async def f(u):\n    async with httpx.AsyncClient({settings}) as c:\n"
        f"        r = {call}\n    return {result}\n"
    )


_GET = "await c.get(u)"
_SAYS = "without a charset"

CHECK = Check(
    name="assumed-encoding",
    hazards=("H-R9",),
    reason="Letters beyond ASCII come out as others, on pages that do not name their charset.",
    level="doubtful",
    find=_find,
    examples=(
        Example("httpx", _BEFORE, _after(_GET), _SAYS),
        Example("in one expression", _BEFORE, _after("1", result="(await c.get(u)).text"), _SAYS),
        Example(
            "aiohttp",
            _BEFORE.replace("httpx", "aiohttp"),
            "import aiohttp\n\n\nasync def f(u):\n    async with aiohttp.ClientSession() as s:\n"
            "        async with s.get(u) as r:\n            return await r.text()\n",
            _SAYS,
        ),
        Example("set for the client", _BEFORE, _after(_GET, "default_encoding=guessed")),
        Example("set on the response", _BEFORE, _after(_GET + "\n        r.encoding = 'latin-1'")),
        Example("decoded here", _BEFORE, _after(_GET, result="r.content.decode('latin-1')")),
        Example("JSON", _BEFORE.replace("r.text", "r.json()"), _after(_GET, result="r.json()")),
        Example("text of something else", _BEFORE, _after(_GET, result="parsed(r.content).text")),
        Example(
            "still requests",
            _BEFORE,
            _BEFORE.replace("requests.get(u)", "await asyncio.to_thread(requests.get, u)"),
        ),
    ),
)
