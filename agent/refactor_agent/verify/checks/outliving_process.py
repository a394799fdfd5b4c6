"""A child process whose time is up is ended, as `subprocess.run` does."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import (
    FunctionChange,
    changed_functions,
    has_await,
    own_nodes,
)
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, dotted

__all__ = ["CHECK"]

_STARTS = frozenset({"create_subprocess_exec", "create_subprocess_shell", "open_process"})
_LIMITS = frozenset({"timeout", "timeout_at", "fail_after", "move_on_after"})
_WAITS = frozenset({"communicate", "wait"})
_ENDS = frozenset({"kill", "terminate", "send_signal", "aclose", "killpg"})


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        if change.before is None or not _left_running(change.before):
            yield from _objections(change)


def _left_running(function: FunctionNode) -> bool:
    """Whether it waited for a `Popen` for so long and left it then, which nothing ends."""
    popen = any(_last(node) == "Popen" for node in _calls(function))
    limited = any(
        _last(node) in _WAITS and any(word.arg == "timeout" for word in node.keywords)
        for node in _calls(function)
    )
    return bool(popen and limited) and not any(_last(node) in _ENDS for node in _calls(function))


def _objections(change: FunctionChange) -> Iterator[Objection]:
    for name in sorted(_processes(change.after)):
        if _is_ended(change.after, name) or _escapes(change.after, name):
            continue
        for wait in _limited_waits(change.after, name):
            message = (
                f"{change.name}: when the time is up, `{name}` runs on: nothing kills it, as "
                "`subprocess.run` would"
            )
            yield Objection(message, change.site(wait))


def _processes(function: FunctionNode) -> set[str]:
    """Names that hold a child process, not opened by an `async with` that ends it."""
    return {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Await)
        and isinstance(node.value.value, ast.Call)
        and _last(node.value.value) in _STARTS
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _limited_waits(function: FunctionNode, name: str) -> Iterator[ast.Call]:
    """Waits for the process that something else ends: `wait_for`, or a block with a limit."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and _last(node) == "wait_for" and node.args:
            if any(_waits_for(part, name) for part in ast.walk(node.args[0])):
                yield node
        elif isinstance(node, ast.With | ast.AsyncWith) and has_await(node.body):
            limits = [
                item.context_expr
                for item in node.items
                if isinstance(item.context_expr, ast.Call) and _last(item.context_expr) in _LIMITS
            ]
            parts = [part for line in node.body for part in ast.walk(line)]
            if any(_waits_for(part, name) for part in parts):
                yield from limits


def _waits_for(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and dotted(node.func) in {f"{name}.{word}" for word in _WAITS}


def _is_ended(function: FunctionNode, name: str) -> bool:
    """Whether a handler, a `finally` or what follows does something about the process.

    It may be handed to a helper there: what that does is not looked into.
    """
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            if _last(node) in _ENDS and _names(node, name):
                return True
            if isinstance(node.func, ast.Name) and any(
                isinstance(word, ast.Name) and word.id == name for word in node.args
            ):
                return True
    return False


def _escapes(function: FunctionNode, name: str) -> bool:
    """Whether somebody else gets the process, and may end it."""
    for node in own_nodes(function):
        value = getattr(node, "value", None)
        given = isinstance(node, ast.Return | ast.Yield) or (
            isinstance(node, ast.Assign)
            and any(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets)
        )
        if given and isinstance(value, ast.Name) and value.id == name:
            return True
        if isinstance(node, ast.AsyncWith) and any(
            isinstance(item.context_expr, ast.Name) and item.context_expr.id == name
            for item in node.items
        ):
            return True
    return False


def _names(node: ast.AST, name: str) -> bool:
    return any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))


def _calls(function: FunctionNode) -> Iterator[ast.Call]:
    return (node for node in ast.walk(function) if isinstance(node, ast.Call))


def _last(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else (dotted(call.func) or "")


_HEAD = "import asyncio\nimport subprocess\n\n\n"
_BEFORE = f"{_HEAD}async def f(c):\n    return subprocess.run(c, timeout=3).stdout\n"
_START = (
    f"{_HEAD}async def f(c):\n    p = await asyncio.create_subprocess_exec(*c)\n    try:\n"
    "        out, _ = await asyncio.wait_for(p.communicate(), 3)\n"
)
_SAYS = "when the time is up, `p` runs on"


def _after(*lines: str) -> str:
    return _START + "".join(f"    {line}\n" for line in lines) + "    return out\n"


CHECK = Check(
    name="outliving-process",
    hazards=("H-S3",),
    reason="Each request that is given up leaves a process behind, until there are too many.",
    find=_find,
    examples=(
        Example("nothing at all", _BEFORE,
                _after("except TimeoutError as late:", "    raise Late(c) from late"), _SAYS),
        Example("in a block", _BEFORE,
                _START.replace("    try:\n", "    async with asyncio.timeout(3):\n")
                .replace("asyncio.wait_for(p.communicate(), 3)", "p.communicate()")
                + "    return out\n", _SAYS),
        Example("killed", _BEFORE,
                _after("except TimeoutError:", "    p.kill()", "    await p.wait()", "    raise")),
        Example("killed on any way out", _BEFORE,
                _after("finally:", "    if p.returncode is None:", "        p.kill()")),
        Example("by a helper", _BEFORE, _after("finally:", "    await stop(p)")),
        Example("its whole group", _BEFORE,
                _after("except TimeoutError:", "    os.killpg(p.pid, 9)", "    raise")),
        Example("no limit", _BEFORE.replace(", timeout=3", ""),
                _after("finally:", "    log()").replace("asyncio.wait_for(p.communicate(), 3)",
                                                        "p.communicate()")),
        Example("on a thread", _BEFORE, _BEFORE.replace("return subprocess.run(c, timeout=3)",
                "return (await asyncio.to_thread(subprocess.run, c, timeout=3))")),
        Example("left running before as well",
                f"{_HEAD}async def f(c):\n    p = subprocess.Popen(c)\n"
                "    return p.communicate(timeout=3)[0]\n",
                _after("finally:", "    log()")),
    ),
)  # fmt: skip
