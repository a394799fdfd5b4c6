"""An async generator that cleans up is closed by whoever leaves it early."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._colour import calls_of, coloured_functions
from refactor_agent.verify.checks._functions import own_nodes
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode

__all__ = ["CHECK"]

_Loop = ast.For | ast.AsyncFor | ast.While


def _find(context: Context) -> Iterator[Objection]:
    streams = tuple(
        one
        for one in coloured_functions(context)
        if one.kind == "generator" and _cleans_up(one.change.after)
    )
    for use in calls_of(context, streams) if streams else ():
        loop = use.module.parents.get(use.call)
        if isinstance(loop, ast.AsyncFor) and _is_left_early(loop.body):
            message = (
                f"{use.site}: the loop over {use.coloured.name} may be left early, and then its "
                "clean-up runs at some later time; read it inside `async with aclosing(…)`"
            )
            yield Objection(message, use.site)


def _cleans_up(function: FunctionNode) -> bool:
    """Something must happen after a ``yield``, whether or not another item is asked for."""
    return any(
        isinstance(node, ast.With | ast.AsyncWith) or (isinstance(node, ast.Try) and node.finalbody)
        for node in own_nodes(function)
        if any(isinstance(part, ast.Yield) for part in own_nodes(node))
    )


def _is_left_early(body: list[ast.stmt]) -> bool:
    """By ``return``, or by a ``break`` that belongs to this loop."""
    return any(
        isinstance(part, ast.Return | ast.Break)
        for node in body
        for part in (node, *_without_loops(node))
    )


def _without_loops(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        yield child
        if isinstance(child, _Loop):
            yield from (part for part in own_nodes(child) if isinstance(part, ast.Return))
        elif not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _without_loops(child)


def _module(loop: str, *, colour: str = "async ", clean: str = "finally:\n        close()") -> str:
    return (
        f"{colour}def read(k):\n    try:\n        yield k\n    {clean}\n\n\n"
        f"async def use(k):\n    {colour}for x in {loop}\n"
    )


_BEFORE = _module("read(k): return x", colour="")
_SAYS = "may be left early"

CHECK = Check(
    name="unclosed-stream",
    hazards=("H-H2",),
    reason="Files and connections stay open until the garbage collector comes by.",
    find=_find,
    examples=(
        Example("returned from", _BEFORE, _module("read(k): return x"), _SAYS),
        Example("broken out of", _BEFORE, _module("read(k): break"), _SAYS),
        Example(
            "closed",
            _BEFORE,
            _module("read(k): return x").replace(
                "    async for x in read(k): return x",
                "    async with aclosing(read(k)) as xs:\n        async for x in xs: return x",
            ),
        ),
        Example("read to the end", _BEFORE, _module("read(k): print(x)")),
        Example(
            "nothing to clean up",
            _module("read(k): return x", colour="", clean="except KeyError:\n        raise"),
            _module("read(k): return x", clean="except KeyError:\n        raise"),
        ),
    ),
)
