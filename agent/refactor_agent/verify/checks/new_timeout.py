"""No limit of time where there was none."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_functions
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode

__all__ = ["CHECK"]

_LIMITS = frozenset({"wait_for", "timeout_at", "fail_after", "move_on_after"})


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        if change.before is not None and not _limited(change.before):
            yield from _limits(change)


def _limits(change: FunctionChange) -> Iterator[Objection]:
    for node in ast.walk(change.after):
        if not isinstance(node, ast.Call):
            continue
        last = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if last in _LIMITS or change.module_after.qualified(node.func) == "asyncio.timeout":
            message = (
                f"{change.name}: {ast.unparse(node.func)} sets a limit that was not there; work "
                "on a thread goes on after it"
            )
            yield Objection(message, change.site(node))


def _limited(function: FunctionNode) -> bool:
    """Some timeout is named in it."""
    words = (
        getattr(node, field, None) for node in ast.walk(function) for field in ("arg", "id", "attr")
    )
    return any("timeout" in str(word).lower() or word in _LIMITS for word in words if word)


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
        Example("taken over", _LIMITED, _after("asyncio.wait_for(get(k), 3)")),
        Example("none", _BEFORE, _after("get(k)")),
    ),
)
