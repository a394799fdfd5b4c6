"""Put `await` before a call."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.names import dotted
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.rewrite import Change
from refactor_agent.convert.where import check_awaitable, inner_generator
from refactor_agent.domain.plan import CallEdit

__all__ = ["await_call", "await_coloured", "rename_method"]

_TAKE_ANY_ITERABLE = {"frozenset", "max", "min", "sorted", "sum", "tuple", "dict"}


def await_coloured(job: Job, work: FileWork, call: cst.Call, edit: CallEdit) -> None:
    """Await a call whose callee becomes async, under the callee's new name."""
    colour = job.colours.get(edit.callee)
    if colour is None:
        refuse("unknown-colour", f"{edit.callee} is awaited but not coloured", edit.site)
    if colour.mode == "twin":
        _rename(work, call, colour.new_name)
    await_call(job, work, call)


def await_call(
    job: Job, work: FileWork, call: cst.BaseExpression, make: Change | None = None
) -> None:
    """Await ``call``, or the call that ``make`` makes of it; raises `Refused` where none may be."""
    check_awaitable(work, call)
    generator = inner_generator(work, call)
    if generator is not None:
        _make_list(job, work, generator)
    parent = work.source.parents[call]
    if isinstance(parent, cst.WithItem):
        refuse("context-manager", "the awaited result is used in `with`", work.source.site(call))
    bind = _binds_tighter(parent, call)
    broken = work.layout.outermost(call)

    def change(node: cst.CSTNode) -> cst.CSTNode:
        changed = make(node) if make is not None else node
        assert isinstance(changed, cst.Call)  # noqa: S101 - calls stay calls
        if broken is call:
            changed = work.layout.fitted(call, changed, len("await "))
        return _awaited(changed, parenthesise=bind)

    work.rewrites.change(call, change)
    if broken is not call:
        work.rewrites.change(broken, _fitted(work, broken))


def _fitted(work: FileWork, original: cst.BaseExpression) -> Change:
    def change(node: cst.CSTNode) -> cst.CSTNode:
        return work.layout.fitted(original, node, 0) if isinstance(node, cst.Call) else node

    return change


def rename_method(name: str) -> Change:
    """Give the change that calls another method of the same object."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Call)  # noqa: S101
        if not isinstance(node.func, cst.Attribute) or node.func.attr.value == name:
            return node
        return node.with_changes(func=node.func.with_changes(attr=cst.Name(name)))

    return change


def _awaited(call: cst.Call, *, parenthesise: bool) -> cst.Await:
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


def _rename(work: FileWork, call: cst.Call, new_name: str) -> None:
    function = call.func
    if isinstance(function, cst.Attribute):
        work.rewrites.change(function.attr, _becomes(cst.Name(new_name)))
        return
    local = dotted(function)
    if local is None:
        refuse("unnamed-callee", "the callee has no name here", work.source.site(call))
    binding = work.names.binding(local)
    if binding is not None and binding.name is not None:
        work.names.drop(function)
        work.rewrites.change(function, _becomes(work.names.spell_from(binding.module, new_name)))
    else:
        work.rewrites.change(function, _becomes(cst.Name(new_name)))


def _becomes(new: cst.BaseExpression) -> Callable[[cst.CSTNode], cst.CSTNode]:
    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.BaseExpression)  # noqa: S101
        return new.with_changes(lpar=node.lpar, rpar=node.rpar)

    return change


def _make_list(job: Job, work: FileWork, generator: cst.GeneratorExp) -> None:
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
        consumer.startswith("builtins.") and name in _TAKE_ANY_ITERABLE | {"list", "set"}
    ):
        work.rewrites.change(generator, _as_list)
        job.notes.append(f"{site}: the items stand in a list now, all at once")
    elif consumer in {"builtins.all", "builtins.any"}:
        refuse("generator-expression", f"`{name}` stops early, a list would not", site)
    else:
        refuse("generator-expression", "a generator expression can't await here", site)


def _as_list(node: cst.CSTNode) -> cst.CSTNode:
    assert isinstance(node, cst.GeneratorExp)  # noqa: S101
    return cst.ListComp(elt=node.elt, for_in=node.for_in)


def _as_display(kind: type[cst.ListComp | cst.SetComp]) -> Change:
    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Call)  # noqa: S101
        generator = node.args[0].value
        assert isinstance(generator, cst.GeneratorExp)  # noqa: S101
        return kind(elt=generator.elt, for_in=generator.for_in, lpar=node.lpar, rpar=node.rpar)

    return change
