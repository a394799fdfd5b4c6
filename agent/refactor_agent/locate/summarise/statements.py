"""Statements: bindings, branches, loops and frames."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from refactor_agent.locate.summarise.annotations import annotation
from refactor_agent.locate.summarise.conditions import condition, narrow_to_opposite
from refactor_agent.locate.summarise.definitions import define_class, define_function
from refactor_agent.locate.summarise.expressions import OPERATORS
from refactor_agent.locate.summarise.filling import note_filling
from refactor_agent.locate.summarise.imports import import_from, import_modules
from refactor_agent.locate.summarise.loop_tests import (
    looks_for_loop,
    no_loop_if,
    note_loop_flags,
)
from refactor_agent.locate.summarise.parameter_tests import guard, span_of
from refactor_agent.locate.summarise.patterns import bind_pattern
from refactor_agent.locate.summarise.targets import (
    assign,
    delete,
    note_reading,
    note_write,
    store_attribute,
)
from refactor_agent.locate.summarise.unreachable import constant_truth
from refactor_agent.locate.summarise.walk import LEAVES, Walk, place_of
from refactor_agent.locate.summary import OFF_LOOP, Attribute, FrameMark, WithFacts
from refactor_agent.locate.terms import Term

__all__ = ["STATEMENTS"]


def _framed(walk: Walk, frame: FrameMark, nodes: list[ast.stmt]) -> bool:
    before, walk.frames = walk.frames, (frame, *walk.frames)
    reaches = walk.block(nodes)
    walk.frames = before
    return reaches


def _expression(walk: Walk, node: ast.Expr) -> None:
    walk.value(node.value)
    if walk.scope.kind == "module":
        _export_by_call(walk, node.value)


def _assign(walk: Walk, node: ast.Assign) -> None:
    term = walk.value(node.value)
    _note_exports(walk, node.targets[0], node.value)
    if len(node.targets) > 1:
        term = walk.scope.define(term)
    if isinstance(node.targets[0], ast.Tuple | ast.List):
        note_reading(walk, term, node.value)
    for target in node.targets:
        assign(walk, target, term)


def _export_by_call(walk: Walk, node: ast.expr) -> None:
    """Note what ``__all__.append(…)`` and ``__all__.extend([…])`` add."""
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"append", "extend"}
        and node.args
    ):
        given = node.args[0]
        listed = ast.List([given], ast.Load()) if node.func.attr == "append" else given
        _note_exports(walk, node.func.value, listed)


def _note_exports(walk: Walk, target: ast.expr, node: ast.expr) -> None:
    if walk.scope.kind != "module" or not isinstance(target, ast.Name) or target.id != "__all__":
        return
    if isinstance(node, ast.List | ast.Tuple):
        names = [item.value for item in node.elts if isinstance(item, ast.Constant)]
        walk.exports = [*(walk.exports or []), *(name for name in names if isinstance(name, str))]


def _augmented(walk: Walk, node: ast.AugAssign) -> None:
    term = walk.value(node.value)
    _note_exports(walk, node.target, node.value)
    method = OPERATORS[type(node.op)]
    if isinstance(node.op, ast.Add):  # a list is extended by all that there is
        note_reading(walk, term, node.value)
    if isinstance(node.target, ast.Name):
        before = walk.scope.read(node.target.id)
        walk.operate(f"__i{method}__", before, term, node.target)
        assign(walk, node.target, ("o", method, before, term))
    elif isinstance(node.target, ast.Attribute):
        base = walk.value(node.target)
        walk.operate(f"__i{method}__", base, term, node.target)
        store_attribute(walk, node.target, None, None)
    else:
        note_write(walk, node.target)
        walk.value(node.target)


def _annotated(walk: Walk, node: ast.AnnAssign) -> None:
    declared = annotation(walk, node.annotation)
    term = walk.value(node.value) if node.value is not None else None
    if node.value is not None:
        _note_exports(walk, node.target, node.value)
    if isinstance(node.target, ast.Attribute):
        store_attribute(walk, node.target, declared, term)
    elif isinstance(node.target, ast.Name):
        scope = walk.scope
        scope.bind(node.target.id, ("A", declared, term))
        if scope.kind == "class":
            attributes = walk.classes[scope.owner].attributes.setdefault(node.target.id, [])
            attributes.append(Attribute(scope.function, declared, scope.define(term)))


def _return(walk: Walk, node: ast.Return) -> None:
    walk.body.leave(node)
    if node.value is not None:
        walk.body.returns.append(walk.value(node.value))


def _for(walk: Walk, node: ast.For | ast.AsyncFor) -> None:
    is_async = isinstance(node, ast.AsyncFor)
    term = walk.scope.define(walk.value(node.iter))
    walk.body.doubt(span_of([*node.body, *node.orelse]))
    if is_async:
        walk.body.awaits = True
        walk.note_async_source(term)
    else:
        walk.body.iterations.append((term, walk.frames, place_of(node.iter)))
    element: Term = ("E" if is_async else "e", term)

    def body() -> None:
        assign(walk, node.target, element)
        _framed(walk, "loop", node.body)

    walk.scope.loop(body)
    walk.block(node.orelse)


def _while(walk: Walk, node: ast.While) -> None:
    walk.body.doubt(span_of([*node.body, *node.orelse]))

    def body() -> None:
        before, walk.frames = walk.frames, ("loop", *walk.frames)
        condition(walk, node.test)()
        walk.frames = before
        guard(walk, node.test, span_of(node.body), wanted=True)
        mark = walk.body.mark()
        _framed(walk, "loop", node.body)
        if constant_truth(node.test) is False:
            walk.body.bury(mark)

    walk.scope.loop(body)
    walk.block(node.orelse)


def _if(walk: Walk, node: ast.If) -> None:
    """Walk ``if``; a chain of ``elif`` by a loop, as generated code makes it long."""
    arms: list[Callable[[], bool]] = [partial(_arm, walk, node, condition(walk, node.test))]
    walk.body.doubt(span_of([*node.body, *node.orelse]))
    note_filling(walk, node)
    chain = [node]
    while len(chain[-1].orelse) == 1 and isinstance(rest := chain[-1].orelse[0], ast.If):
        arms.append(partial(_next_arm, walk, rest, chain[-1].test))
        chain.append(rest)
    current = chain[-1]
    if current.orelse:
        arms.append(partial(_last_arm, walk, current))
    leaves_early = not node.orelse and isinstance(node.body[-1], LEAVES)
    without_loop = no_loop_if(walk, node.test) if leaves_early else ()
    walk.scope.branch(arms, complete=bool(current.orelse))
    _guard_rest(walk, chain)
    if leaves_early:
        narrow_to_opposite(walk, node.test)
        if False in without_loop:
            walk.frames = (OFF_LOOP, *walk.frames)


def _guard_rest(walk: Walk, chain: list[ast.If]) -> None:
    """Note on what terms control goes on behind ``if``, where some of its arms leave."""
    last = chain[-1]
    rest = (last.end_lineno or last.lineno, last.end_col_offset or 0, *walk.end)
    for node in chain:
        if not isinstance(node.body[-1], LEAVES):
            break
        guard(walk, node.test, rest, wanted=False)
    if len(chain) == 1 and last.orelse and isinstance(last.orelse[-1], LEAVES):
        guard(walk, last.test, rest, wanted=True)


def _arm(walk: Walk, node: ast.If, narrow: Callable[[], None]) -> bool:
    narrow()
    return _guarded(walk, node.test, node.body, wanted=True)


def _next_arm(walk: Walk, node: ast.If, failed: ast.expr) -> bool:
    guard(walk, failed, span_of([node]), wanted=False)
    narrow_to_opposite(walk, failed)
    return _arm(walk, node, condition(walk, node.test))


def _last_arm(walk: Walk, node: ast.If) -> bool:
    narrow_to_opposite(walk, node.test)
    return _guarded(walk, node.test, node.orelse, wanted=False)


def _guarded(walk: Walk, test: ast.expr, nodes: list[ast.stmt], *, wanted: bool) -> bool:
    """Walk what runs if ``test`` is as ``wanted``: perhaps never, or only without a loop."""
    guard(walk, test, span_of(nodes), wanted=wanted)
    if constant_truth(test) is (not wanted):
        mark = walk.body.mark()
        reaches = walk.block(nodes)
        walk.body.bury(mark)
        return reaches
    if wanted in no_loop_if(walk, test):
        return _framed(walk, OFF_LOOP, nodes)
    return walk.block(nodes)


def _with(walk: Walk, node: ast.With | ast.AsyncWith) -> None:
    before, is_async = walk.frames, isinstance(node, ast.AsyncWith)
    walk.body.awaits = walk.body.awaits or is_async
    for item in node.items:
        term = walk.scope.define(walk.value(item.context_expr))
        if _may_swallow(item.context_expr):
            walk.body.doubt(span_of(node.body))
        if is_async:
            walk.note_async_source(term)
        walk.body.withs.append(WithFacts(term, is_async, walk.frames, place_of(item.context_expr)))
        if item.optional_vars is not None:
            assign(walk, item.optional_vars, ("W" if is_async else "w", term))
        walk.frames = (len(walk.body.withs) - 1, *walk.frames)
    walk.block(node.body)
    walk.frames = before


def _may_swallow(node: ast.expr) -> bool:
    """Say whether a context manager ends its block early where an error is raised there."""
    func = node.func if isinstance(node, ast.Call) else None
    return getattr(func, "attr", getattr(func, "id", None)) == "suppress"


_WOULD_BLOCK = frozenset({"BlockingIOError", "SSLWantReadError", "SSLWantWriteError"})
"""What non-blocking sockets and pipes raise instead of waiting."""


def _try(walk: Walk, node: ast.Try) -> None:
    frame = "would_block" if any(map(_expects_to_wait, node.handlers)) else "try"
    if node.handlers:
        walk.body.doubt(span_of([*node.body, *node.handlers, *node.orelse]))

    def body() -> bool:
        reaches = _framed(walk, frame, node.body) if node.handlers else walk.block(node.body)
        return walk.block(node.orelse) if node.orelse and reaches else reaches

    probing = looks_for_loop(node)
    handlers = [partial(_handler, walk, handler, probing=probing) for handler in node.handlers]
    walk.scope.attempt(body, handlers)
    if probing:
        note_loop_flags(walk, node)
    if node.finalbody:
        _framed(walk, "finally", node.finalbody)
    if probing and isinstance((node.orelse or node.body)[-1], LEAVES):
        walk.frames = (OFF_LOOP, *walk.frames)


def _expects_to_wait(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = (getattr(kind, "attr", getattr(kind, "id", None)) for kind in kinds)
    return not _WOULD_BLOCK.isdisjoint(names)


def _handler(walk: Walk, handler: ast.ExceptHandler, *, probing: bool) -> bool:
    if handler.type is not None:
        kind = walk.value(handler.type)
        if handler.name is not None:
            walk.scope.bind(handler.name, ("N", kind))
    before = walk.frames
    if probing:
        walk.frames = (OFF_LOOP, *before)
    reaches = _framed(walk, "handler", handler.body)
    walk.frames = before
    return reaches


def _match(walk: Walk, node: ast.Match) -> None:
    subject = walk.scope.define(walk.value(node.subject))
    walk.body.doubt((*place_of(node.subject)[2:], *place_of(node)[2:]))
    if isinstance(node.subject, ast.Name):
        name: str | None = node.subject.id
    else:
        name = None

    def arm(case: ast.match_case) -> bool:
        bind_pattern(walk, case.pattern, subject, name)
        if case.guard is not None:
            condition(walk, case.guard)()
        return walk.block(case.body)

    walk.scope.branch([partial(arm, case) for case in node.cases], complete=False)


def _assert(walk: Walk, node: ast.Assert) -> None:
    condition(walk, node.test)()
    if node.msg is not None:
        walk.value(node.msg)


def _raise(walk: Walk, node: ast.Raise) -> None:
    for part in (node.exc, node.cause):
        if part is not None:
            walk.value(part)


def _delete(walk: Walk, node: ast.Delete) -> None:
    for target in node.targets:
        if not isinstance(target, ast.Name):
            delete(walk, target)


def _global(walk: Walk, node: ast.Global) -> None:
    home = walk.scope
    while home.parent is not None:
        home = home.parent
    for name in node.names:
        walk.scope.declared[name] = home
        walk.scope.env.pop(name, None)


def _nonlocal(walk: Walk, node: ast.Nonlocal) -> None:
    for name in node.names:
        home = walk.scope.parent
        while home is not None and (home.kind != "function" or name not in home.names):
            home = home.parent
        if home is not None:
            walk.scope.declared[name] = home


def _type_alias(walk: Walk, node: Any) -> None:
    """Bind ``type Name = …`` to its annotation."""
    walk.scope.bind(node.name.id, annotation(walk, node.value))


def _nothing(_walk: Walk, _node: ast.stmt) -> None:
    return


STATEMENTS: dict[type[ast.AST], Callable[[Walk, Any], None]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AugAssign: _augmented,
    ast.AnnAssign: _annotated,
    ast.Return: _return,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.If: _if,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Match: _match,
    ast.Assert: _assert,
    ast.Raise: _raise,
    ast.Delete: _delete,
    ast.Global: _global,
    ast.Nonlocal: _nonlocal,
    ast.Import: import_modules,
    ast.ImportFrom: import_from,
    ast.FunctionDef: define_function,
    ast.AsyncFunctionDef: define_function,
    ast.ClassDef: define_class,
    ast.Pass: _nothing,
    ast.Break: _nothing,
    ast.Continue: _nothing,
}

if sys.version_info >= (3, 12):
    STATEMENTS[ast.TypeAlias] = _type_alias
