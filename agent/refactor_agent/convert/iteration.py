"""Read what an async call gives with ``async for``."""

from __future__ import annotations

import libcst as cst

from refactor_agent.convert.job import FileWork
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.variables import variable
from refactor_agent.convert.where import check_awaitable

__all__ = ["read_async", "read_loop"]


def read_async(work: FileWork, call: cst.Call, *, awaited: bool) -> None:
    """Make every loop over the result asynchronous; raises `Refused` for any other reader.

    An ``awaited`` result may also be used without reading it through.
    """
    parent = work.source.parents[call]
    if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
        target = parent.targets[0].target
        function = work.source.function_around(call)
        if isinstance(target, cst.Name) and function is not None:
            for use in variable(work.source, function, target.value).uses:
                _read(work, use, awaited=awaited)
            return
    _read(work, call, awaited=awaited)


def _read(work: FileWork, node: cst.BaseExpression, *, awaited: bool) -> None:
    loop = work.source.parents[node]
    if not isinstance(loop, cst.For | cst.CompFor) or loop.iter is not node:
        if awaited and isinstance(loop, cst.Attribute):
            return
        refuse("iteration", "what is read there is an async iterator", work.source.site(node))
    read_loop(work, node)


def read_loop(work: FileWork, node: cst.BaseExpression) -> None:
    """Make the loop that reads ``node`` asynchronous; raises `Refused` where it can't be."""
    loop = work.source.parents[node]
    check_awaitable(work, loop)
    if any(isinstance(outer, cst.GeneratorExp) for outer in _expression(work, loop)):
        refuse("generator-expression", "the loop would be asynchronous", work.source.site(node))
    work.rewrites.change(loop, lambda n: n.with_changes(asynchronous=cst.Asynchronous()))


def _expression(work: FileWork, node: cst.CSTNode) -> list[cst.CSTNode]:
    around = []
    for outer in work.source.ancestors(node):
        if isinstance(outer, cst.BaseStatement | cst.BaseSmallStatement):
            break
        around.append(outer)
    return around
