"""Generators that become async ones: what they give, and what they delegate to."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from refactor_agent.convert.async_types import ASYNC_TYPES
from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.rewrite import Change
from refactor_agent.convert.where import check_awaitable
from refactor_agent.domain.plan import CallEdit

__all__ = ["cleans_up", "delegating", "finish_generators", "is_generator", "managing"]

_MANAGING = "contextlib.contextmanager"


def is_generator(function: cst.FunctionDef) -> bool:
    """Say whether calling ``function`` gives what its ``yield`` statements give."""
    return next(_yields(function.body), None) is not None


def managing(work: FileWork, function: cst.FunctionDef) -> cst.BaseExpression | None:
    """Give the decorator that makes ``function``, a generator, a context manager."""
    for decorator in function.decorators[:1]:
        if work.names.qualified(decorator.decorator) == _MANAGING and is_generator(function):
            return decorator.decorator
    return None


def _yields(node: cst.CSTNode) -> Iterator[cst.Yield]:
    """Give the ``yield`` expressions that run in the function itself."""
    for child in node.children:
        if isinstance(child, cst.Yield):
            yield child
        if not isinstance(child, cst.FunctionDef | cst.ClassDef | cst.Lambda):
            yield from _yields(child)


def cleans_up(job: Job, edit: CallEdit) -> bool:
    """Say whether the generator that ``edit`` reads has to do something when it is left early.

    That is so where a ``yield`` stands in a ``try`` or ``with``, also in what it reads itself.
    """
    return _cleans_up(job, edit.callee, frozenset())


def _cleans_up(job: Job, name: str, seen: frozenset[str]) -> bool:
    colour = job.colours.get(name)
    if colour is None or name in seen:
        return False
    work, function = job.find(colour.function)
    if any(_is_guarded(work, function, node) for node in _yields(function.body)):
        return True
    read = (edit.callee for edit in job.attempt.calls if edit.function == name)
    return any(_cleans_up(job, one, seen | {name}) for one in read)


def _is_guarded(work: FileWork, function: cst.FunctionDef, node: cst.CSTNode) -> bool:
    for outer in work.source.ancestors(node):
        if outer is function:
            return False
        if isinstance(outer, cst.Try | cst.TryStar | cst.With):
            return True
    return False


def finish_generators(job: Job) -> None:
    """Write what generators that became async give, and the loops in place of ``yield from``.

    Raises `Refused` where a ``yield`` stands under a lock, or as part of an expression.
    """
    for colour in job.attempt.colours:
        work, function = job.find(colour.function)
        yields = list(_yields(function.body))
        for node in yields:
            check_awaitable(work, node)
            if not isinstance(work.source.parents[node], cst.Expr):
                refuse("generator-result", "it takes what its reader sends", work.source.site(node))
            _delegate_plainly(work, node)
        if yields and function.returns is not None:
            _annotate(work, function.returns.annotation)
        decorator = managing(work, function)
        if decorator is not None:
            _rename(work, decorator, "asynccontextmanager")


def _delegate_plainly(work: FileWork, node: cst.Yield) -> None:
    """Loop over what stays a plain iterable: an async generator can't delegate."""
    if isinstance(node.value, cst.From) and node.value.item not in work.edits:
        line, change = delegating(work, node, asynchronous=False)
        work.rewrites.change(line, change)


def delegating(
    work: FileWork, node: cst.Yield, *, asynchronous: bool
) -> tuple[cst.SimpleStatementLine, Change]:
    """Give the statement ``yield from x`` and its change to a loop that yields each item."""
    line = work.source.parents[work.source.parents[node]]
    function = work.source.function_around(node)
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1 or function is None:
        refuse("generator-result", "it works with what it delegates to", work.source.site(node))
    name = work.names.fresh("item", function)
    given = cst.SimpleStatementLine([cst.Expr(cst.Yield(cst.Name(name)))])

    def change(changed: cst.CSTNode) -> cst.CSTNode:
        statement = cst.ensure_type(changed, cst.SimpleStatementLine)
        small = cst.ensure_type(statement.body[0], cst.Expr)
        source = cst.ensure_type(cst.ensure_type(small.value, cst.Yield).value, cst.From)
        return cst.For(
            target=cst.Name(name),
            iter=source.item,
            body=cst.IndentedBlock([given]),
            asynchronous=cst.Asynchronous() if asynchronous else None,
            leading_lines=statement.leading_lines,
        )

    return line, change


def _annotate(work: FileWork, annotation: cst.BaseExpression) -> None:
    for node in _types(annotation):
        target = ASYNC_TYPES.get(work.names.qualified(node) or "")
        if target is None:
            continue
        name = target.rpartition(".")[2]
        _rename(work, node, name)
        around = work.source.parents[node]
        if name == "AsyncGenerator" and isinstance(around, cst.Subscript):
            work.rewrites.change(around, _without_result)


def _rename(work: FileWork, node: cst.BaseExpression, name: str) -> None:
    """Write ``name`` of the same module, in the same manner."""
    if isinstance(node, cst.Attribute):
        work.rewrites.change(node.attr, _becoming(cst.Name(name)))
    elif isinstance(node, cst.Name) and (bound := work.names.binding(node.value)) is not None:
        work.names.drop(node)
        work.rewrites.change(node, _becoming(work.names.spell_from(bound.module, name)))


def _types(node: cst.CSTNode) -> Iterator[cst.Name | cst.Attribute]:
    if isinstance(node, cst.Name | cst.Attribute):
        yield node
        return
    for child in node.children:
        yield from _types(child)


def _becoming(new: cst.BaseExpression) -> Change:
    return lambda _: new


def _without_result(node: cst.CSTNode) -> cst.CSTNode:
    """Drop the third argument of ``Generator``: an async generator returns nothing."""
    subscript = cst.ensure_type(node, cst.Subscript)
    kept = list(subscript.slice[:2])
    kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return subscript.with_changes(slice=kept)
