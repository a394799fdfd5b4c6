"""Commands that keep a sync face: what their own code was stands in a coroutine now."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode

__all__ = ["behind_faces"]


def behind_faces(context: Context, file: str) -> Mapping[str, str]:
    """Give each planned coroutine of ``file`` with the face that runs it, and does nothing else."""
    after = context.module_after(file)
    found: dict[str, str] = {}
    for change in context.changes:
        for colour in change.attempt.colours if change.attempt is not None else ():
            name = colour.function.name.rpartition(".")[2]
            face = after.functions.get(name) if after is not None else None
            is_own = colour.function.file == file and colour.new_name != name
            if is_own and face is not None and _only_runs(face, colour.new_name):
                found[colour.new_name] = name
    return found


def _only_runs(face: FunctionNode, coroutine: str) -> bool:
    body = face.body[1:] if ast.get_docstring(face) is not None else face.body
    if len(body) != 1 or not isinstance(body[0], ast.Return | ast.Expr):
        return False
    run = body[0].value
    if not isinstance(run, ast.Call) or ast.unparse(run.func) != "asyncio.run":
        return False
    made = run.args[0] if len(run.args) == 1 else None
    return isinstance(made, ast.Call) and ast.unparse(made.func) == coroutine
