"""A handler that went back to `def` is awaited nowhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._colour import Coloured, calls_of
from refactor_agent.verify.checks._functions import changed_functions
from refactor_agent.verify.checks._runners import RUNNERS
from refactor_agent.verify.context import Context

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    demoted = tuple(
        Coloured(change, "coroutine")
        for change in changed_functions(context)
        if isinstance(change.before, ast.AsyncFunctionDef)
        and isinstance(change.after, ast.FunctionDef)
    )
    for use in calls_of(context, demoted) if demoted else ():
        parent = use.module.parents.get(use.call)
        runner = isinstance(parent, ast.Call) and use.module.qualified(parent.func) in RUNNERS
        if isinstance(parent, ast.Await) or runner:
            message = f"{use.site}: {use.coloured.name} is sync now, and is still awaited here"
            yield Objection(message, use.site)


_USE = "\n\nasync def use():\n    return {}get()\n"
_ASYNC = "async def get():\n    return 1\n"
_SYNC = "def get():\n    return 1\n"

CHECK = Check(
    name="awaited-sync-function",
    hazards=("H-W1",),
    reason="Awaiting what a sync function gives raises TypeError.",
    find=_find,
    examples=(
        Example(
            "still awaited",
            _ASYNC + _USE.format("await "),
            _SYNC + _USE.format("await "),
            "is still awaited here",
        ),
        Example(
            "run by a test",
            _ASYNC + "\n\ndef test():\n    assert asyncio.run(get())\n",
            "import asyncio\n\n\n" + _SYNC + "\n\ndef test():\n    assert asyncio.run(get())\n",
            "is still awaited here",
        ),
        Example("called only", _ASYNC + _USE.format("await "), _SYNC + _USE.format("")),
        Example("called by nobody", _ASYNC, _SYNC),
    ),
)
