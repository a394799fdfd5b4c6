"""No change of process-wide state lasts while other tasks run."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.locate import is_test_file
from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import (
    Finding,
    changed_functions,
    fresh_findings,
    has_await,
    own_nodes,
)
from refactor_agent.verify.checks._hops import thread_function
from refactor_agent.verify.checks._units import Unit, Units
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


_DEPTH = 4
"""Calls deep that what a thread runs is looked into."""


def _find(context: Context) -> Iterator[Objection]:
    for objection in fresh_findings(context, _global):
        # A test has its loop to itself, and patches for as long as it runs.
        if objection.site is None or not is_test_file(objection.site.file):
            yield objection
    yield from _on_thread(context)


def _on_thread(context: Context) -> Iterator[Objection]:
    """Changed by what a thread runs, while the loop goes on; on the loop it was over in one go."""
    units = Units(context)
    for change in changed_functions(context):
        unit = units.get(change.file, change.name)
        known = set(_handed(change.before)) if change.before is not None else set()
        for text, function in _handed(change.after).items() if unit is not None else ():
            if unit is None or text in known:
                continue
            for callee in units.called(unit, function):
                name = _changes(units, callee, _DEPTH)
                if name:
                    message = (
                        f"{change.name}: {text} runs on a thread and calls {name}, which changes "
                        "the whole process while the loop's tasks go on"
                    )
                    yield Objection(message, change.site(function))


def _handed(function: FunctionNode) -> dict[str, ast.expr]:
    """What a function hands to threads, by how it is written."""
    found = [thread_function(node) for node in own_nodes(function) if isinstance(node, ast.Call)]
    return {ast.unparse(handed): handed for handed in found if handed is not None}


def _changes(units: Units, unit: Unit, depth: int) -> str:
    """The call by which ``unit``, or what it calls, changes the process; empty for none."""
    calls = [node for node in own_nodes(unit.after) if isinstance(node, ast.Call)]
    for call in calls:
        name = unit.module.qualified(call.func) or ""
        if name in _SETTERS | _GLOBAL:
            return name
    for call in calls if depth else ():
        for callee in units.called(unit, call.func):
            if callee.key != unit.key and (name := _changes(units, callee, depth - 1)):
                return name
    return ""


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


_MOVED = """\
import os


def there(path):
    os.chdir(path)
    names = os.listdir()
    os.chdir("/")
    return names


async def listing(path):
    return {call}
"""

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
            "for the time of a test",
            "from unittest.mock import patch\n\n\ndef test_f():\n    with patch('m.x'):\n"
            "        g()\n",
            "from unittest.mock import patch\n\n\nasync def test_f():\n    with patch('m.x'):\n"
            "        await g()\n",
            file="test_f.py",
        ),
        Example(
            "by what a thread runs",
            _MOVED.format(call="there(path)"),
            _MOVED.format(call="await offload(there, path)"),
            "os.chdir, which changes the whole process",
        ),
        Example(
            "it ran on a thread before",
            _MOVED.format(call="await offload(there, path)"),
            _MOVED.format(call="list(await offload(there, path))"),
        ),
        Example(
            "nothing awaited inside",
            _body("contextlib.redirect_stdout(out)", colour="", wait=""),
            _body("contextlib.redirect_stdout(out)", wait=""),
        ),
    ),
)
