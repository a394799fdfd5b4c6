"""What a thread's future was asked for, of a task: ``future.result()`` is ``await task``."""

from __future__ import annotations

import libcst as cst

from refactor_agent.asyncify.awaiting import await_
from refactor_agent.asyncify.edit import Edit
from refactor_agent.convert.refused import refuse

__all__ = ["FUTURE", "write_result"]

FUTURE = "asyncio.Future"
_RESULTS = frozenset({"get", "result"})


def write_result(edit: Edit, node: cst.Call, method: str) -> None:
    """Await the task; raises `Refused` for what a task is not asked for so."""
    if method not in _RESULTS or len(node.args) > 1 or not isinstance(node.func, cst.Attribute):
        text = f"a task's {method} does not wait; await the task by hand"
        refuse("other-arguments", text, edit.source.site(node))
    in_time = [
        edit.spelling.from_module("asyncio", name) for name in ("wait_for", "shield") if node.args
    ]

    def change(changed: cst.CSTNode) -> cst.CSTNode:
        call = cst.ensure_type(changed, cst.Call)
        task = cst.ensure_type(call.func, cst.Attribute).value
        if not in_time:
            return task
        seconds = cst.Arg(call.args[0].value)
        shielded = cst.Call(in_time[1], [cst.Arg(task)])
        return cst.Call(in_time[0], [cst.Arg(shielded), seconds])

    edit.change(node, change)
    await_(edit, node)
