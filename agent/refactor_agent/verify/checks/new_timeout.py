"""No limit of time where there was none."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_functions
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module, dotted

__all__ = ["CHECK"]

_LIMITS = frozenset({"wait_for", "timeout_at", "fail_after", "move_on_after"})


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        if change.before is None:
            continue
        if not _limited(change.before):
            yield from _limits(change)
        elif not any(_sets_limit(change.module_before, node) for node in ast.walk(change.before)):
            yield from _moved(change)


def _limits(change: FunctionChange) -> Iterator[Objection]:
    for node in ast.walk(change.after):
        if isinstance(node, ast.Call) and _sets_limit(change.module_after, node):
            message = (
                f"{change.name}: {ast.unparse(node.func)} sets a limit that was not there; work "
                "on a thread goes on after it"
            )
            yield Objection(message, change.site(node))


def _moved(change: FunctionChange) -> Iterator[Objection]:
    """A call's own limit became one of the loop, which tells of its end in another way."""
    caught = {
        (dotted(part) or "").rpartition(".")[2]
        for node in ast.walk(change.after)
        if isinstance(node, ast.ExceptHandler) and node.type is not None
        for part in (node.type.elts if isinstance(node.type, ast.Tuple) else [node.type])
    }
    for node in ast.walk(change.after) if "TimeoutError" not in caught else ():
        if isinstance(node, ast.Call) and _sets_limit(change.module_after, node):
            message = (
                f"{change.name}: {ast.unparse(node.func)} raises TimeoutError where the call's own "
                "limit raised or gave something else, and nothing here catches it"
            )
            yield Objection(message, change.site(node))


def _sets_limit(module: Module | None, node: ast.AST) -> bool:
    if module is None or not isinstance(node, ast.Call):
        return False
    last = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    return last in _LIMITS or module.qualified(node.func) == "asyncio.timeout"


def _limited(function: FunctionNode) -> bool:
    """Some timeout is named in it, or given to a wait."""
    words = (
        getattr(node, field, None) for node in ast.walk(function) for field in ("arg", "id", "attr")
    )
    named = any("timeout" in str(word).lower() or word in _LIMITS for word in words if word)
    return named or any(map(_waits_so_long, ast.walk(function)))


def _waits_so_long(node: ast.AST) -> bool:
    """Find ``jobs.get(True, 5)`` of a queue, whose limit has no name there."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    match [node.func.attr, *node.args[-2:]]:
        case ["get" | "put", ast.Constant(value=True), ast.Constant(value=int() | float())]:
            return True
    return False


_BEFORE = "import asyncio\n\n\ndef f(k):\n    return get(k)\n"
_LIMITED = _BEFORE.replace("get(k)", "get(k, timeout=3)")


def _after(expression: str) -> str:
    return f"import asyncio\n\n\nasync def f(k):\n    return await {expression}\n"


CHECK = Check(
    name="new-timeout",
    hazards=("H-G4",),
    reason="What took long and succeeded now fails, and its work goes on unseen.",
    level="doubtful",
    find=_find,
    examples=(
        Example("new", _BEFORE, _after("asyncio.wait_for(get(k), 3)"), "was not there"),
        Example(
            "moved",
            _LIMITED,
            _after("asyncio.wait_for(get(k), 3)"),
            "raises TimeoutError where the call's own",
        ),
        Example(
            "moved, and its end is caught",
            _LIMITED,
            "import asyncio\n\n\nasync def f(k):\n    try:\n"
            "        return await asyncio.wait_for(get(k), 3)\n    except TimeoutError as late:\n"
            "        raise Late(k) from late\n",
        ),
        Example(
            "a queue's, by position",
            _BEFORE.replace("return get(k)", "return k.get(True, 3)"),
            "import asyncio\n\n\nasync def f(k):\n    try:\n"
            "        return await asyncio.wait_for(k.get(), 3)\n"
            "    except asyncio.TimeoutError:\n        return None\n",
        ),
        Example(
            "taken over",
            _after("asyncio.wait_for(offload(get, k), 3)"),
            _after("asyncio.wait_for(get(k), 3)"),
        ),
        Example("none", _BEFORE, _after("get(k)")),
    ),
)
