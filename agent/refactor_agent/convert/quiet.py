"""Loops that never await: one hop to a thread takes all their steps."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from refactor_agent.convert.awaiting import TAKE_ANY_ITERABLE
from refactor_agent.convert.job import FileWork, Job

__all__ = ["Loop", "quiet_loop", "quiet_statement"]

Loop = cst.For | cst.While
_READERS = frozenset(
    f"builtins.{name}" for name in ("all", "any", "list", "set", *TAKE_ANY_ITERABLE)
)


def quiet_loop(
    job: Job, work: FileWork, function: cst.FunctionDef, call: cst.Call
) -> Loop | cst.BaseExpression | None:
    """Give the outermost loop around ``call`` that is better moved whole, if there is one.

    That is any loop or comprehension around a call that costs less than a hop; around others, a
    builtin that reads a generator expression, which can't await.
    """
    cheap = job.rulebook.is_cheap(work.edits[call].callee)
    statement = quiet_statement(work, function, call) if cheap else None
    return statement if statement is not None else _comprehension(work, function, call, cheap=cheap)


def quiet_statement(work: FileWork, around: cst.CSTNode, call: cst.Call) -> Loop | None:
    """Give the outermost loop around ``call``, within ``around``, in which nothing awaits."""
    quiet: Loop | None = None
    below: cst.CSTNode = call
    for outer in work.source.ancestors(call):
        if outer is around:
            break
        runs_once = isinstance(outer, cst.For) and below is not outer.body
        if isinstance(outer, Loop) and not runs_once and not any(_waits(outer)):
            quiet = outer
        below = outer
    return quiet


def _comprehension(
    work: FileWork, function: cst.FunctionDef, call: cst.Call, *, cheap: bool
) -> cst.BaseExpression | None:
    quiet: cst.BaseExpression | None = None
    for outer in work.source.ancestors(call):
        if outer is function or isinstance(outer, cst.Lambda):
            break
        if isinstance(outer, cst.BaseComp) and _repeats(work, outer, call):
            if isinstance(outer, cst.GeneratorExp):
                quiet = _reader(work, outer)
            elif cheap or quiet is not None:
                quiet = outer
    return quiet


def _repeats(work: FileWork, comprehension: cst.BaseComp, call: cst.Call) -> bool:
    """Say whether a comprehension makes ``call`` at each step, and never awaits."""
    first = comprehension.for_in.iter
    runs_once = call is first or first in work.source.ancestors(call)
    return not runs_once and not any(_waits(comprehension))


def _reader(work: FileWork, generator: cst.GeneratorExp) -> cst.Call | None:
    """Give the builtin that reads a generator expression to its end, or until it knows enough."""
    argument = work.source.parents[generator]
    call = work.source.parents[argument]
    if not isinstance(call, cst.Call) or work.names.qualified(call.func) not in _READERS:
        return None
    return call


def _waits(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.Await | cst.Yield) or getattr(node, "asynchronous", None) is not None:
        yield node
    for child in node.children:
        yield from _waits(child)
