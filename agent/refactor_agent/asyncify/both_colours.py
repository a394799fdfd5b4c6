"""Decorators that go on wrapping plain functions: they get a wrapper for each colour."""

from __future__ import annotations

import libcst as cst

from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.site import Unit

__all__ = ["write_both"]


def write_both(edit: Edit, unit: Unit, parameter: str) -> None:
    """Keep the plain wrapper, and let the async one lie around coroutine functions alone.

    ``parameter`` is the name by which the decorator knows what it is given.
    """
    original = unit.node
    asks = edit.spelling.from_module("inspect", "iscoroutinefunction")

    def change(changed: cst.CSTNode) -> cst.CSTNode:
        made = cst.ensure_type(changed, cst.FunctionDef)
        plain = original.deep_clone().with_changes(leading_lines=())
        return cst.If(
            test=cst.Call(asks, [cst.Arg(cst.Name(parameter))]),
            body=cst.IndentedBlock([made.with_changes(leading_lines=())]),
            orelse=cst.Else(cst.IndentedBlock([plain])),
            leading_lines=original.leading_lines,
        )

    edit.change(original, change)
