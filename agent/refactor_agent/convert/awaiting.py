"""Put `await` before a call."""

from __future__ import annotations

import libcst as cst

from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.rewrite import Change
from refactor_agent.convert.where import check_awaitable, inner_generator

__all__ = ["TAKE_ANY_ITERABLE", "await_call", "in_turn", "make_list", "rename_method"]

TAKE_ANY_ITERABLE = frozenset({"frozenset", "max", "min", "sorted", "sum", "tuple", "dict"})
"""Builtins to which a list is what any iterable is."""


def await_call(
    job: Job,
    work: FileWork,
    call: cst.BaseExpression,
    make: Change | None = None,
    *,
    in_with: bool = False,
) -> None:
    """Await ``call``, or the call that ``make`` makes of it; raises `Refused` where none may be.

    With ``in_with``, what a ``with`` opens may be awaited: ``async with`` takes what it gives.
    """
    check_awaitable(work, call)
    generator = inner_generator(work, call)
    if generator is not None:
        make_list(job, work, generator)
    parent = work.source.parents[call]
    if isinstance(parent, cst.WithItem) and not in_with:
        refuse("context-manager", "the awaited result is used in `with`", work.source.site(call))
    bind = _binds_tighter(parent, call)
    broken = work.layout.outermost(call)

    def change(node: cst.CSTNode) -> cst.CSTNode:
        changed = make(node) if make is not None else node
        assert isinstance(changed, cst.Call)  # noqa: S101 - calls stay calls
        if broken is call:
            return _awaited(work.layout.fitted(call, changed, len("await ")), parenthesise=bind)
        return _awaited(changed, parenthesise=bind)

    work.rewrites.change(call, change)
    if broken is not call:
        work.rewrites.change(broken, _fitted(work, broken))


def _fitted(work: FileWork, original: cst.BaseExpression) -> Change:
    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.BaseExpression)  # noqa: S101 - expressions stay expressions
        return work.layout.fitted(original, node, 0)

    return change


def rename_method(name: str) -> Change:
    """Give the change that calls another method of the same object."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Call)  # noqa: S101
        if not isinstance(node.func, cst.Attribute) or node.func.attr.value == name:
            return node
        return node.with_changes(func=node.func.with_changes(attr=cst.Name(name)))

    return change


def in_turn(first: Change, second: Change) -> Change:
    """Give the change of a call that makes one after the other."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        changed = first(node)
        assert isinstance(changed, cst.Call)  # noqa: S101 - calls stay calls
        result = second(changed)
        assert isinstance(result, cst.Call)  # noqa: S101
        return result

    return change


def _awaited(call: cst.BaseExpression, *, parenthesise: bool) -> cst.Await:
    lpar, rpar = call.lpar, call.rpar
    if parenthesise and not lpar:
        lpar, rpar = [cst.LeftParen()], [cst.RightParen()]
    return cst.Await(call.with_changes(lpar=[], rpar=[]), lpar=lpar, rpar=rpar)


def _binds_tighter(parent: cst.CSTNode, call: cst.BaseExpression) -> bool:
    """Say whether ``parent`` would take the call before the `await` does."""
    if isinstance(parent, cst.Attribute | cst.Subscript):
        return parent.value is call
    if isinstance(parent, cst.Call):
        return parent.func is call
    if isinstance(parent, cst.BinaryOperation):
        return isinstance(parent.operator, cst.Power)  # it would not, but readers wonder
    return isinstance(parent, cst.Await)


def make_list(job: Job, work: FileWork, generator: cst.GeneratorExp) -> None:
    """Turn ``sum(f(x) for …)`` into ``sum([await f(x) for …])``: generators can't await here."""
    site = work.source.site(generator)
    argument = work.source.parents[generator]
    call = work.source.parents.get(argument)
    if not (isinstance(argument, cst.Arg) and isinstance(call, cst.Call) and not argument.star):
        refuse("generator-expression", "a generator expression can't await here", site)
    consumer = work.names.qualified(call.func) or ""
    joins = isinstance(call.func, cst.Attribute) and call.func.attr.value == "join"
    name = consumer.removeprefix("builtins.")
    if consumer in {"builtins.list", "builtins.set"} and len(call.args) == 1:
        work.rewrites.change(call, _as_display(cst.ListComp if name == "list" else cst.SetComp))
    elif joins or (
        consumer.startswith("builtins.") and name in TAKE_ANY_ITERABLE | {"list", "set"}
    ):
        work.rewrites.change(generator, _as_list)
        job.notes.append(f"{site}: the items stand in a list now, all at once")
    elif consumer in {"builtins.all", "builtins.any"}:
        refuse("generator-expression", f"`{name}` stops early, a list would not", site)
    else:
        refuse("generator-expression", "a generator expression can't await here", site)


def _as_list(node: cst.CSTNode) -> cst.CSTNode:
    if not isinstance(node, cst.GeneratorExp):
        return node  # another await in it made it one
    return cst.ListComp(elt=node.elt, for_in=node.for_in)


def _as_display(kind: type[cst.ListComp | cst.SetComp]) -> Change:
    def change(node: cst.CSTNode) -> cst.CSTNode:
        generator = node.args[0].value if isinstance(node, cst.Call) else None
        if not isinstance(node, cst.Call) or not isinstance(generator, cst.GeneratorExp):
            return node  # another await in it made it one
        return kind(elt=generator.elt, for_in=generator.for_in, lpar=node.lpar, rpar=node.rpar)

    return change
