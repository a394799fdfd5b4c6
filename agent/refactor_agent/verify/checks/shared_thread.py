"""What has nothing to do with Django's connections is not put on its one thread."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import Finding, fresh_findings
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_WRAPS = frozenset({"asgiref.sync.sync_to_async", "sync_to_async", "asgiref.sync.SyncToAsync"})
_BUILT_IN = frozenset({"open", "input"})
_DATABASE = frozenset(
    {"objects", "save", "delete", "refresh_from_db", "cursor", "atomic", "queryset", "connection"}
)
"""Attributes that speak of models and transactions, which belong to that thread."""


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _serialised)


def _serialised(module: Module, function: FunctionNode) -> Iterator[Finding]:
    for node in ast.walk(function):
        if not isinstance(node, ast.Call) or module.qualified(node.func) not in _WRAPS:
            continue
        if node.args and not _has_own_thread(node) and _is_foreign(module, node.args[0]):
            yield _finding(node, ast.unparse(node.args[0]))
    for decorator in function.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if module.qualified(called) not in _WRAPS or not _works_elsewhere(module, function):
            continue
        if not (isinstance(decorator, ast.Call) and _has_own_thread(decorator)):
            yield _finding(decorator, function.name)


def _finding(node: ast.expr, what: str) -> Finding:
    message = (
        f"`{what}` runs on the one thread that all such calls share: twenty at once take twenty "
        "times as long; give it `thread_sensitive=False`, or `asyncio.to_thread`"
    )
    return Finding(node, message, what)


def _has_own_thread(call: ast.Call) -> bool:
    """Whether it is said which thread: another one, an executor, or by a value of the caller's."""
    for word in call.keywords:
        if word.arg == "executor":
            return True
        if word.arg == "thread_sensitive":
            return not (isinstance(word.value, ast.Constant) and word.value.value is True)
    return False


def _is_foreign(module: Module, given: ast.expr) -> bool:
    """Whether what is wrapped is known, and is not Django's: a library's, or a function's own."""
    if isinstance(given, ast.Lambda):
        return _works_elsewhere(module, given)
    name = module.qualified(given)
    if name is None:
        return False
    local = module.functions.get(name)
    if local is not None:
        return _works_elsewhere(module, local)
    return name in _BUILT_IN or _is_library(module, name)


def _works_elsewhere(module: Module, function: ast.AST) -> bool:
    """Whether all that it calls is a library's, and nothing in it speaks of the database."""
    parts = list(ast.walk(function))
    if any(isinstance(part, ast.Attribute) and part.attr in _DATABASE for part in parts):
        return False
    names = [module.qualified(part.func) or "" for part in parts if isinstance(part, ast.Call)]
    foreign = [name for name in names if name in _BUILT_IN or _is_library(module, name)]
    own = [name for name in names if module.functions.get(name) or name.startswith(".")]
    django = [name for name in names if name.partition(".")[0] == "django"]
    return bool(foreign) and not own and not django


def _is_library(module: Module, name: str) -> bool:
    """Whether a name comes of an absolute import, and neither of Django nor of what wraps."""
    root = name.partition(".")[0]
    imported = {value.partition(".")[0] for value in module.imported.values()}
    return "." in name and root in imported and root not in {"", "django", "asgiref"}


_HEAD = "import requests\nfrom asgiref.sync import sync_to_async\n\n\n"
_BEFORE = f"{_HEAD}async def f(u):\n    return requests.get(u).json()\n"


def _after(call: str, head: str = _HEAD) -> str:
    return f"{head}async def f(u):\n    return (await {call}).json()\n"


_SAYS = "the one thread that all such calls share"
_OWN = "def load(u):\n    return {}\n\n\n"

CHECK = Check(
    name="shared-thread",
    hazards=("H-T6",),
    reason="Requests that ran side by side wait for each other, and for every query besides.",
    level="doubtful",
    find=_find,
    examples=(
        Example("a library's", _BEFORE, _after("sync_to_async(requests.get)(u)"), _SAYS),
        Example("a lambda", _BEFORE, _after("sync_to_async(lambda: requests.get(u))()"), _SAYS),
        Example("asked for", _BEFORE,
                _after("sync_to_async(requests.get, thread_sensitive=True)(u)"), _SAYS),
        Example("a function of the file", _BEFORE,
                _after("sync_to_async(load)(u)", _HEAD + _OWN.format("requests.get(u)")), _SAYS),
        Example("a decorator", _BEFORE,
                _HEAD + "@sync_to_async\ndef f(u):\n    return requests.get(u).json()\n", _SAYS),
        Example("another thread", _BEFORE,
                _after("sync_to_async(requests.get, thread_sensitive=False)(u)")),
        Example("asyncio's threads", _BEFORE.replace("import requests", "import asyncio, requests"),
                _after("asyncio.to_thread(requests.get, u)",
                       _HEAD.replace("import requests", "import asyncio, requests"))),
        Example("a query", _BEFORE.replace("requests.get(u)", "User.objects.get(u)"),
                _after("sync_to_async(User.objects.get)(u)")),
        Example("a function with a query", _BEFORE,
                _after("sync_to_async(load)(u)", _HEAD + _OWN.format("User.objects.get(pk=u)"))),
        Example("it was so before", _after("sync_to_async(requests.get)(u)"),
                _after("sync_to_async(requests.get)(u)").replace("json", "text")),
    ),
)  # fmt: skip
