"""Turn sync functions async, or give them async twins; and the way back."""

from __future__ import annotations

import libcst as cst
import libcst.matchers as m

from refactor_agent.convert.generators import managing
from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.rewrite import Change
from refactor_agent.domain.plan import Colour, Demote

__all__ = ["colour", "demote"]

_ASYNC_DUNDERS = {"__aenter__", "__aexit__", "__anext__", "__call__"}
_SYNC_DECORATORS = {
    "asynccontextmanager", "cache", "cached_property", "contextmanager", "getter", "lru_cache",
    "property", "setter", "singledispatch", "singledispatchmethod", "total_ordering",
}  # fmt: skip


def colour(job: Job, wanted: Colour) -> None:
    """Mark a function as turning async; raises `Refused` for what can't be a coroutine."""
    work, function = job.find(wanted.function)
    _check(work, function)
    work.turning_async.add(function)
    if wanted.mode == "in_place":
        work.rewrites.change(function, _make_async)
    else:
        if wanted.new_name in work.names.used:
            refuse("name-taken", f"{wanted.function.file} has a {wanted.new_name} already")
        work.rewrites.twin(function, _make_twin(work, function, wanted.new_name))


def demote(job: Job, wanted: Demote) -> None:
    """Turn an async function that never waits back into a plain one."""
    work, function = job.find(wanted.function)
    site = work.source.site(function)
    if function.asynchronous is None:
        refuse("not-async", f"{wanted.function.name} is not async", site)
    if m.findall(function.body, m.Await() | m.Asynchronous() | m.Yield()):
        refuse("awaits", f"{wanted.function.name} awaits or yields", site)
    loop_names = m.Name("asyncio") | m.Name("anyio") | m.Name("get_running_loop")
    if m.findall(function.body, loop_names | m.Name("create_task") | m.Name("ensure_future")):
        refuse("uses-the-loop", f"{wanted.function.name} works with the event loop", site)
    work.rewrites.change(function, _make_sync)


def _check(work: FileWork, function: cst.FunctionDef) -> None:
    site = work.source.site(function)
    name = function.name.value
    if function.asynchronous is not None:
        refuse("already-async", f"{name} is async already", site)
    if name.startswith("__") and name.endswith("__") and name not in _ASYNC_DUNDERS:
        refuse("dunder", f"Python calls {name} and would not await it", site)
    manager = managing(work, function)
    for decorator in function.decorators:
        if decorator.decorator is manager:
            continue
        words = work.source.code(decorator.decorator).partition("(")[0].split(".")
        if words[-1] in _SYNC_DECORATORS:
            refuse("decorator", f"{name} is wrapped by {words[-1]}, which would not await it", site)


def _make_async(node: cst.CSTNode) -> cst.CSTNode:
    return node.with_changes(asynchronous=cst.Asynchronous())


def _make_sync(node: cst.CSTNode) -> cst.CSTNode:
    return node.with_changes(asynchronous=None)


def _make_twin(work: FileWork, original: cst.FunctionDef, name: str) -> Change:
    nested = isinstance(work.source.parents[original], cst.IndentedBlock)
    blank = [cst.EmptyLine(indent=False)] * (1 if nested else 2)

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.FunctionDef)  # noqa: S101
        return node.with_changes(
            asynchronous=cst.Asynchronous(),
            name=cst.Name(name),
            leading_lines=blank,
            body=_without_footer(_with_docstring(node.body, original.name.value)),
        )

    return change


def _with_docstring(body: cst.BaseSuite, original: str) -> cst.BaseSuite:
    """Let a documented function's twin refer to it instead of saying everything twice."""
    if not isinstance(body, cst.IndentedBlock) or not body.body:
        return body
    pattern = m.SimpleStatementLine(body=[m.Expr(value=m.SimpleString()), m.ZeroOrMore()])
    if not m.matches(body.body[0], pattern):
        return body
    first = cst.ensure_type(body.body[0], cst.SimpleStatementLine)
    text = cst.SimpleString(f'"""Do what `{original}` does, without blocking the event loop."""')
    line = first.with_changes(body=[cst.Expr(value=text), *first.body[1:]])
    return body.with_changes(body=[line, *body.body[1:]])


def _without_footer(body: cst.BaseSuite) -> cst.BaseSuite:
    """Drop comments after the body: the original has them."""
    return body.with_changes(footer=()) if isinstance(body, cst.IndentedBlock) else body
