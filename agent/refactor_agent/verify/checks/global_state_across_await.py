"""No change of process-wide state lasts while other tasks run."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import (
    Finding,
    fresh_findings,
    has_await,
    own_nodes,
)
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_GLOBAL = frozenset(
    {
        "contextlib.redirect_stdout",
        "contextlib.redirect_stderr",
        "contextlib.chdir",
        "warnings.catch_warnings",
        "unittest.mock.patch",
        "unittest.mock.patch.object",
        "unittest.mock.patch.dict",
        "unittest.mock.patch.multiple",
        "mock.patch",
        "mock.patch.object",
        "mock.patch.dict",
        "freezegun.freeze_time",
        "time_machine.travel",
    }
)

_SETTERS = frozenset(
    {"os.chdir", "os.fchdir", "os.umask", "os.putenv", "os.setuid", "os.setgid",
     "locale.setlocale", "signal.signal", "socket.setdefaulttimeout", "random.seed",
     "decimal.setcontext"}
)  # fmt: skip


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _global)


def _global(module: Module, function: FunctionNode) -> Iterator[Finding]:
    if function.name.startswith("test"):
        return  # a test runs alone
    yield from _set(module, function)
    for node in own_nodes(function):
        if not isinstance(node, ast.With) or not has_await(node.body):
            continue
        for item in node.items:
            call = item.context_expr
            if isinstance(call, ast.Call) and module.qualified(call.func) in _GLOBAL:
                name = ast.unparse(call.func)
                message = f"{name} changes the whole process while other tasks run at the await"
                yield Finding(node, message, name)


def _set(module: Module, function: FunctionNode) -> Iterator[Finding]:
    """Set by a call, with an await behind it."""
    pending: list[tuple[ast.Call, str]] = []
    for node in own_nodes(function):
        if isinstance(node, ast.Call):
            name = module.qualified(node.func)
            pending.extend([(node, name)] if name in _SETTERS else [])
        elif isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith):
            for call, name in pending:
                message = f"{name} changes the whole process while other tasks run at the await"
                yield Finding(call, message, name)
            pending.clear()


_HEAD = "import contextlib\nimport warnings\n\n\n"


def _body(manager: str, *, colour: str = "async ", wait: str = "await ") -> str:
    return f"{_HEAD}{colour}def f(out):\n    with {manager}:\n        {wait}g()\n"


def _pair(manager: str, says: str) -> Example:
    return Example(manager, _body(manager, colour="", wait=""), _body(manager), says)


CHECK = Check(
    name="global-state-across-await",
    hazards=("H-E7",),
    reason="Other tasks run inside it: their output is captured, their warnings are lost.",
    find=_find,
    examples=(
        _pair("contextlib.redirect_stdout(out)", "redirect_stdout changes the whole process"),
        _pair("warnings.catch_warnings()", "catch_warnings changes the whole process"),
        _pair("contextlib.suppress(KeyError)", ""),
        Example(
            "set by a call",
            "import os\n\n\ndef f(k):\n    os.chdir(k)\n    g()\n    os.chdir('/')\n",
            "import os\n\n\nasync def f(k):\n    os.chdir(k)\n    await g()\n    os.chdir('/')\n",
            "os.chdir changes the whole process",
        ),
        Example(
            "nothing awaited inside",
            _body("contextlib.redirect_stdout(out)", colour="", wait=""),
            _body("contextlib.redirect_stdout(out)", wait=""),
        ),
    ),
)
