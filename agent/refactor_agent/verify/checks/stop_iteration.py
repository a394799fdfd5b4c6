"""StopIteration neither leaves a coroutine nor comes back from a thread."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import Finding, fresh_findings, own_nodes
from refactor_agent.verify.checks._hops import thread_function
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module, dotted

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _stops)


def _stops(_module: Module, function: FunctionNode) -> Iterator[Finding]:
    if not isinstance(function, ast.AsyncFunctionDef):
        return
    for node in own_nodes(function):
        if isinstance(node, ast.Raise) and _names_it(node.exc):
            message = (
                "StopIteration can't leave a coroutine: it becomes a RuntimeError; "
                "an async iterator ends with StopAsyncIteration"
            )
            yield Finding(node, message, "raise")
        elif isinstance(node, ast.Call) and _asks_for_next(node):
            message = (
                f"`{ast.unparse(node)}` raises StopIteration on a thread, and no future carries "
                "it back: the wait ends in another error or never; give `next` a default"
            )
            yield Finding(node, message, "next")


def _names_it(error: ast.expr | None) -> bool:
    made = error.func if isinstance(error, ast.Call) else error
    return made is not None and dotted(made) == "StopIteration"


def _asks_for_next(call: ast.Call) -> bool:
    """Whether a thread runs `next` with no default."""
    handed = thread_function(call)
    if handed is None:
        return False
    if isinstance(handed, ast.Attribute) and handed.attr == "__next__":
        return True
    wrapped = next((a for a in call.args if isinstance(a, ast.Call) and handed in a.args), call)
    place = wrapped.args.index(handed)
    return dotted(handed) == "next" and len(wrapped.args) - place - 1 == 1


_BEFORE = "def f(rows):\n    try:\n        return next(rows)\n    except StopIteration:\n"
_BEFORE += "        return None\n"


def _after(expression: str) -> str:
    return f"import asyncio\n\n\nasync def f(rows):\n    return await {expression}\n"


_SAYS = "no future carries it back"

CHECK = Check(
    name="stop-iteration",
    hazards=("H-G5", "H-C3"),
    reason="The loop ends in an error, or waits for ever, when the items run out.",
    find=_find,
    examples=(
        Example("next on a thread", _BEFORE, _after("asyncio.to_thread(next, rows)"), _SAYS),
        Example("the method itself", _BEFORE, _after("offload(rows.__next__)"), _SAYS),
        Example(
            "in a partial", _BEFORE,
            _after("loop.run_in_executor(None, functools.partial(next, rows))"), _SAYS,
        ),
        Example(
            "an async iterator that ends as a sync one",
            "class R:\n    def __next__(self):\n        raise StopIteration\n",
            "class R:\n    async def __anext__(self):\n        raise StopIteration\n",
            "ends with StopAsyncIteration",
        ),
        Example("with a default", _BEFORE, _after("asyncio.to_thread(next, rows, None)")),
        Example(
            "ends as it must",
            "class R:\n    def __next__(self):\n        raise StopIteration\n",
            "class R:\n    async def __anext__(self):\n        raise StopAsyncIteration\n",
        ),
    ),
)  # fmt: skip
