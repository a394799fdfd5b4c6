"""Read what a coloured generator gives with ``async for``, and close it where one stops early."""

from __future__ import annotations

import libcst as cst

from refactor_agent.convert.awaiting import TAKE_ANY_ITERABLE, make_list
from refactor_agent.convert.generators import cleans_up, delegating
from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.oldest import oldest_python
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.rewrite import Change
from refactor_agent.convert.where import check_awaitable
from refactor_agent.domain.plan import CallEdit

__all__ = ["read_generator"]

_CLOSING = (3, 10)
"""`contextlib.aclosing` is there from this version on."""
_SCOPES = cst.FunctionDef | cst.ClassDef | cst.Lambda


def read_generator(job: Job, work: FileWork, call: cst.Call, edit: CallEdit) -> None:
    """Have what reads ``call`` read an async generator; raises `Refused` where nothing can."""
    reader = work.source.parents[call]
    check_awaitable(work, reader)
    if isinstance(reader, cst.For):
        _read_by_loop(job, work, reader, call, edit)
    elif isinstance(reader, cst.CompFor):
        _read_by_comprehension(job, work, reader, edit)
    elif isinstance(reader, cst.From):
        _delegate(job, work, cst.ensure_type(work.source.parents[reader], cst.Yield), edit)
    elif isinstance(reader, cst.Arg):
        _read_whole(work, cst.ensure_type(work.source.parents[reader], cst.Call), call)
    else:
        refuse("unknown-reader", "what is read there is an async generator", edit.site)


def _read_by_loop(job: Job, work: FileWork, loop: cst.For, call: cst.Call, edit: CallEdit) -> None:
    if not _is_left_early(loop) and not cleans_up(job, edit):
        work.rewrites.change(loop, _asynchronous)
        return
    _close_after(job, work, loop, call, _asynchronous)


def _close_after(
    job: Job, work: FileWork, statement: cst.CSTNode, call: cst.Call, change: Change
) -> None:
    """Write ``async with aclosing(call) as items:`` around the loop that reads it."""
    site, function = work.source.site(call), work.source.function_around(call)
    oldest = oldest_python(job.tree)
    if oldest is not None and oldest < _CLOSING:
        version = ".".join(map(str, oldest))
        message = f"the generator must be closed by contextlib.aclosing, which {version} lacks"
        refuse("generator-closing", message, site)
    name = work.names.fresh("items", function or call)
    closing = work.names.spell_from("contextlib", "aclosing")

    def closed(node: cst.CSTNode) -> cst.CSTNode:
        loop = cst.ensure_type(change(node), cst.For)
        made = cst.Call(closing, [cst.Arg(loop.iter)])
        item = cst.WithItem(made, asname=cst.AsName(cst.Name(name)))
        inner = loop.with_changes(iter=cst.Name(name), leading_lines=())
        return cst.With(
            items=[item],
            body=cst.IndentedBlock([inner]),
            asynchronous=cst.Asynchronous(),
            leading_lines=loop.leading_lines,
        )

    work.rewrites.change(statement, closed)


def _read_by_comprehension(job: Job, work: FileWork, reader: cst.CompFor, edit: CallEdit) -> None:
    if cleans_up(job, edit):
        refuse("generator-closing", "a comprehension may leave it unclosed", edit.site)
    around = work.source.parents[reader]
    while isinstance(around, cst.CompFor):
        around = work.source.parents[around]
    if isinstance(around, cst.GeneratorExp):
        make_list(job, work, around)
    work.rewrites.change(reader, _asynchronous)


def _delegate(job: Job, work: FileWork, node: cst.Yield, edit: CallEdit) -> None:
    line, change = delegating(work, node, asynchronous=True)
    call = work.source.call_at(edit.site)
    if cleans_up(job, edit):
        _close_after(job, work, line, call, change)
    else:
        work.rewrites.change(line, change)


def _read_whole(work: FileWork, consumer: cst.Call, call: cst.Call) -> None:
    """Write ``sum([item async for item in f()])``; a bare ``list`` is the listing itself."""
    name = (work.names.qualified(consumer.func) or "").removeprefix("builtins.")
    joins = isinstance(consumer.func, cst.Attribute) and consumer.func.attr.value == "join"
    if not joins and name not in {*TAKE_ANY_ITERABLE, "list", "set"}:
        refuse("unknown-reader", "what is read there is an async generator", work.source.site(call))
    function = work.source.function_around(call)
    item = cst.Name(work.names.fresh("item", function or call))

    def change(node: cst.CSTNode) -> cst.CSTNode:
        outer = cst.ensure_type(node, cst.Call)
        read = cst.CompFor(item, outer.args[0].value, asynchronous=cst.Asynchronous())
        if name in {"list", "set"} and len(outer.args) == 1:
            kind = cst.ListComp if name == "list" else cst.SetComp
            return kind(elt=item, for_in=read, lpar=outer.lpar, rpar=outer.rpar)
        first = outer.args[0].with_changes(value=cst.ListComp(elt=item, for_in=read))
        return outer.with_changes(args=[first, *outer.args[1:]])

    work.rewrites.change(consumer, change)


def _is_left_early(loop: cst.For) -> bool:
    """Say whether a ``return``, or a ``break`` of its own, ends the loop."""
    return any(_leaves(child, inside=False) for child in loop.body.children)


def _leaves(node: cst.CSTNode, *, inside: bool) -> bool:
    if isinstance(node, cst.Return) or (isinstance(node, cst.Break) and not inside):
        return True
    if isinstance(node, _SCOPES):
        return False
    if isinstance(node, cst.For | cst.While):
        body = any(_leaves(child, inside=True) for child in node.body.children)
        return body or (node.orelse is not None and _leaves(node.orelse, inside=inside))
    return any(_leaves(child, inside=inside) for child in node.children)


def _asynchronous(node: cst.CSTNode) -> cst.CSTNode:
    return node.with_changes(asynchronous=cst.Asynchronous())
