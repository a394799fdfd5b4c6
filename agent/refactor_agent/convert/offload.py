"""Hand blocking calls to the bounded thread limiter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress

import libcst as cst

from refactor_agent.convert.adjacent import runs_on_disk
from refactor_agent.convert.awaiting import await_call
from refactor_agent.convert.extract import extract, try_extract
from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.pool_futures import pool_future
from refactor_agent.convert.quiet import quiet_loop
from refactor_agent.convert.refused import Refused, refuse
from refactor_agent.convert.rewrite import Change
from refactor_agent.convert.steps import Steps, steps_of
from refactor_agent.convert.units import Unit, find_units, is_awaited
from refactor_agent.convert.vendor import boundary_name
from refactor_agent.convert.where import check_awaitable

__all__ = ["convert_offloads"]

_LISTINGS = {
    "glob.iglob", "pathlib.Path.glob", "pathlib.Path.iterdir", "pathlib.Path.rglob",
}  # fmt: skip
"""Finite, and the same whether they are read at once or step by step."""


def convert_offloads(job: Job, work: FileWork) -> None:
    """Offload every planned call of a file, in the largest sensible blocks."""
    by_function: dict[cst.FunctionDef, list[cst.Call]] = defaultdict(list)
    for call, edit in work.edits.items():
        if edit.action == "offload":
            by_function[check_awaitable(work, call)].append(call)
    for function, calls in by_function.items():
        _convert(job, work, function, calls)


def _convert(job: Job, work: FileWork, function: cst.FunctionDef, calls: list[cst.Call]) -> None:
    units = find_units(job, work, function, calls)
    done: set[cst.Call] = set()
    for unit in sorted(units, key=lambda unit: -unit.size(work)):
        if done.isdisjoint(unit.calls):
            done.update(_convert_unit(job, work, function, unit))
        elif not done.issuperset(unit.calls):
            site = work.source.site(unit.calls[0])
            refuse("entangled", "blocks that share an object can't be told apart", site)
    done.update(_convert_runs(job, work, function, [call for call in calls if call not in done]))
    done.update(_convert_loops(job, work, function, [call for call in calls if call not in done]))
    for call in calls:
        if call not in done:
            _offload_call(job, work, function, call)


def _convert_runs(
    job: Job, work: FileWork, function: cst.FunctionDef, calls: list[cst.Call]
) -> set[cst.Call]:
    """Offload what waits for the disk side by side in one go; give the calls that are done."""
    done: set[cst.Call] = set()
    for run in runs_on_disk(job, work, function, calls):
        within = [call for statement in run for call in work.edited_in(statement)]
        if done.isdisjoint(within) and try_extract(job, work, function, run):
            done.update(within)
    return done


def _convert_loops(
    job: Job, work: FileWork, function: cst.FunctionDef, calls: list[cst.Call]
) -> set[cst.Call]:
    """Offload loops that are better moved whole; give the calls that are done."""
    done: set[cst.Call] = set()
    for call in calls:
        loop = quiet_loop(job, work, function, call)
        inside = work.edited_in(loop) if loop is not None else []
        if loop is None or not done.isdisjoint(inside) or not set(inside) <= set(calls):
            continue
        with suppress(Refused):
            if isinstance(loop, cst.BaseExpression):
                _offload_expression(job, work, loop)
            else:
                extract(job, work, function, [loop])
            done.update(inside)
    return done


def _convert_unit(
    job: Job, work: FileWork, function: cst.FunctionDef, unit: Unit
) -> list[cst.Call]:
    """Offload a unit; give the calls that this took care of."""
    try:
        return _convert_whole(job, work, function, unit)
    except Refused:
        listing = _listing(work, unit)
        steps = steps_of(job, work, function, unit.statements) if unit.statements else None
        if listing is None and steps is None:
            raise
    if steps is not None:
        return _convert_steps(job, work, function, steps)
    assert listing is not None  # noqa: S101 - one of the two is there
    _offload_expression(job, work, listing, wrap=_as_list)
    return [listing]


def _convert_steps(
    job: Job, work: FileWork, function: cst.FunctionDef, steps: Steps
) -> list[cst.Call]:
    """Await each step of files that stay open meanwhile, as a person would who reads on."""
    for loop in steps.loops:
        extract(job, work, function, [loop])
    done = _convert_runs(job, work, function, list(steps.calls))
    for call in steps.calls:
        if call not in done:
            _offload_call(job, work, function, call)
    offload = boundary_name(job, work, "offload")
    for call in steps.opens:
        await_call(job, work, call, _handed_over(work, call, offload), in_with=True)
    looped = [call for loop in steps.loops for call in work.edited_in(loop)]
    return [*steps.opens, *steps.calls, *looped]


def _convert_whole(
    job: Job, work: FileWork, function: cst.FunctionDef, unit: Unit
) -> list[cst.Call]:
    if unit.expression is not None:
        _offload_expression(job, work, unit.expression)
        return work.edited_in(unit.expression)
    for loop in _loops_around(work, function, unit.statements[0]):
        if try_extract(job, work, function, [loop]):
            return work.edited_in(loop)
    extract(job, work, function, unit.statements)
    return [call for statement in unit.statements for call in work.edited_in(statement)]


def _listing(work: FileWork, unit: Unit) -> cst.Call | None:
    """Give the listing that a loop reads, where it may be read before the loop starts."""
    if work.names.qualified(cst.Name("list")) != "builtins.list":
        return None
    for call in unit.calls:
        loop = work.source.parents[call]
        reads = isinstance(loop, cst.For | cst.CompFor) and loop.iter is call
        if reads and work.edits[call].callee in _LISTINGS:
            return call
    return None


def _as_list(node: cst.BaseExpression) -> cst.BaseExpression:
    return cst.Call(cst.Name("list"), [cst.Arg(node)])


def _loops_around(
    work: FileWork, function: cst.FunctionDef, node: cst.CSTNode
) -> list[cst.For | cst.While]:
    """Give the loops around a statement, outermost first: one hop is cheaper than many."""
    loops: list[cst.For | cst.While] = []
    for outer in work.source.ancestors(node):
        if outer is function:
            break
        if isinstance(outer, cst.For | cst.While):
            loops.append(outer)
    return loops[::-1]


def _offload_call(job: Job, work: FileWork, function: cst.FunctionDef, call: cst.Call) -> None:
    callee = work.edits[call].callee
    if job.rulebook.thread(callee.rpartition(".")[0]) == "bound":
        message = "the object belongs to the thread that made it, outside this block"
        refuse("thread-affine", message, work.source.site(call))
    made = pool_future(work, function, call)
    if made is None:
        made = _handed_over(work, call, boundary_name(job, work, "offload"))
    await_call(job, work, call, made, in_with=is_awaited(work, work.source.parents[call]))


def _handed_over(work: FileWork, call: cst.Call, offload: cst.BaseExpression) -> Change:
    """Make ``offload(f, x)`` of ``f(x)``, laid out as the call is."""
    indented = isinstance(call.whitespace_before_args, cst.ParenthesizedWhitespace)
    commas = [arg.comma for arg in call.args[:-1] if isinstance(arg.comma, cst.Comma)]
    on_one_line = all(isinstance(c.whitespace_after, cst.SimpleWhitespace) for c in commas)
    spread = indented and (not on_one_line or len(call.args) == 1)

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Call)  # noqa: S101
        if not node.args:
            return node.with_changes(func=offload, args=[cst.Arg(node.func)])
        gap = node.whitespace_before_args if spread else cst.SimpleWhitespace(" ")
        function = cst.Arg(node.func, comma=cst.Comma(whitespace_after=gap))
        args = [function, *(_in_parentheses(arg) for arg in node.args)]
        changed = node.with_changes(func=offload, args=args)
        return work.layout.broken(call, changed) if indented and not spread else changed

    return change


def _in_parentheses(arg: cst.Arg) -> cst.Arg:
    """Keep a bare generator expression valid: it is no longer the only argument."""
    value = arg.value
    if not isinstance(value, cst.GeneratorExp) or value.lpar:
        return arg
    return arg.with_changes(
        value=value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    )


def _offload_expression(
    job: Job,
    work: FileWork,
    expression: cst.BaseExpression,
    wrap: Callable[[cst.BaseExpression], cst.BaseExpression] = lambda node: node,
) -> None:
    """Make ``offload(lambda: json.load(open(path)))`` of an expression that passes a file on."""
    site = work.source.site(expression)
    if any(work.edits[call].action != "offload" for call in work.edited_in(expression)):
        refuse("block-awaits", "the expression holds calls that are awaited", site)
    if any(isinstance(node, cst.Await | cst.Yield | cst.NamedExpr) for node in _nodes(expression)):
        refuse("block-awaits", "the expression awaits, yields or binds a name", site)
    if any(isinstance(node, cst.Name) and node.value == "super" for node in _nodes(expression)):
        refuse("frame", "super() means something else in a lambda", site)
    if not isinstance(expression, cst.Call | cst.BaseComp):
        refuse("expression", "the expression passes a blocking object around", site)
    offload = boundary_name(job, work, "offload")

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.BaseExpression)  # noqa: S101 - expressions stay expressions
        hidden = cst.Lambda(params=cst.Parameters(), body=wrap(node))
        return cst.Call(offload, [cst.Arg(hidden)])

    await_call(job, work, expression, change)


def _nodes(node: cst.CSTNode) -> list[cst.CSTNode]:
    return [node, *(inner for child in node.children for inner in _nodes(child))]
