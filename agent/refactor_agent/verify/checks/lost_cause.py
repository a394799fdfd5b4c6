"""An error raised for another still says for which."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import changed_functions
from refactor_agent.verify.checks._sync_form import sync_form
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        if change.before is None:
            continue
        causes = {text for text, node in _raised(change.after) if _has_cause(node)}
        had = {text for text, node in _raised(change.before) if _has_cause(node)}
        for text, node in _raised(change.after):
            if text in had - causes:
                message = f"{change.name}: {text} was raised from its cause, and no longer is"
                yield Objection(message, change.site(node))


def _raised(function: FunctionNode) -> Iterator[tuple[str, ast.Raise]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Raise) and node.exc is not None:
            yield sync_form(node.exc), node


def _has_cause(node: ast.Raise) -> bool:
    return node.cause is not None and not isinstance(node.cause, ast.Constant)


_BEFORE = """\
def f(k):
    try:
        return get(k)
    except OSError as error:
        raise Failed(k) from error
"""
_AFTER = _BEFORE.replace("def f", "async def f").replace("get(k)", "await get(k)")

CHECK = Check(
    name="lost-cause",
    hazards=("H-G5",),
    reason="Who looks for the cause, in a log or by code, finds none.",
    level="doubtful",
    find=_find,
    examples=(
        Example("dropped", _BEFORE, _AFTER.replace("from error", ""), "raised from its cause"),
        Example("hidden", _BEFORE, _AFTER.replace("from error", "from None"), "raised from its"),
        Example("kept", _BEFORE, _AFTER),
        Example("another name", _BEFORE, _AFTER.replace("error", "late")),
    ),
)
