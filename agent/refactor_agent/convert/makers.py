"""The calls that make clients: constructors, factory functions and factory methods."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from refactor_agent.convert.arguments import adapt_arguments, argument
from refactor_agent.convert.awaiting import await_call
from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.names import expression
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.rewrite import Change
from refactor_agent.convert.variables import variable
from refactor_agent.convert.vendor import vendored_function
from refactor_agent.convert.where import check_awaitable
from refactor_agent.rulebook import Arguments

__all__ = ["Maker", "find_maker", "make_async", "new_maker"]

_LITERALS = (cst.BaseString, cst.Tuple)
"""What is no object with an async counterpart: a user and a password, say."""


class Maker(NamedTuple):
    """The call that makes a client."""

    call: cst.Call
    kind: str
    """The sync type."""
    target: str
    """What is called in its place."""
    arguments: Arguments
    parameters: str = ""
    """Its parameter list, where a rule says it."""
    awaited: bool = False
    """The new call is a coroutine's."""
    vendored: str | None = None
    """A function of a vendored module that is called in its place."""
    entered: bool = False
    """``async with`` takes the new call as it is, and does what the old call did."""
    connect: str | None = None
    """The method that does so elsewhere."""


def find_maker(job: Job, work: FileWork, call: cst.BaseExpression | None) -> Maker | None:
    """Read ``call`` as one that makes a client with an async form; `None` where it is none."""
    if not isinstance(call, cst.Call):
        return None
    written = work.names.qualified(call.func)
    kind = job.rulebook.returns(written) if written else None
    made = job.rulebook.async_type(kind) if kind is not None else None
    if written is None or kind is None or made is None:
        return None
    name = job.rulebook.canonical(written)
    blocking = job.rulebook.blocking(name)
    own = job.rulebook.arguments(name)
    parameters = blocking[1].parameters if blocking is not None else ", ".join(own.order)
    entered = job.rulebook.is_entered(name)
    opens = job.rulebook.native(name)
    if opens is not None and opens.types is None:
        return Maker(
            call, kind, opens.target, opens.arguments, parameters, opens.awaited, opens.vendored,
            entered, job.rulebook.connects_by(name),
        )  # fmt: skip
    if name == kind:
        return Maker(call, kind, made.name, made.arguments, parameters, entered=entered)
    owner, _, method = name.rpartition(".")
    if owner == kind:
        arguments = made.arguments if own == Arguments() else own
        return Maker(call, kind, f"{made.name}.{method}", arguments, parameters)
    factory = job.rulebook.async_type(name)
    return Maker(call, kind, factory.name, factory.arguments, parameters) if factory else None


def make_async(job: Job, work: FileWork, maker: Maker) -> None:
    """Have the async client made; raises `Refused` where it can't be made the same."""
    site = work.source.site(maker.call)
    _check_made(work, maker)
    adapt = adapt_arguments(maker.call, maker.arguments, maker.parameters, site)
    if maker.vendored is not None:
        new = vendored_function(job, work, maker.call, maker.vendored)
    else:
        new = _function(work, maker)

    def change(node: cst.CSTNode) -> cst.CSTNode:
        made = adapt(node.with_changes(func=new))
        assert isinstance(made, cst.Call)  # noqa: S101 - calls stay calls
        grown = len(made.args) > len(maker.call.args)
        return work.layout.fitted(maker.call, made, len("async ")) if grown else made

    in_with = isinstance(work.source.parents[maker.call], cst.WithItem)
    if maker.entered and in_with:
        work.rewrites.change(maker.call, change)
    elif maker.connect is not None:
        _connect_after(work, maker, change)
    elif maker.entered and not maker.awaited:
        refuse("client-never-opened", "the async client is opened by `async with` alone", site)
    elif maker.awaited:
        await_call(job, work, maker.call, change, in_with=True)
    else:
        work.rewrites.change(maker.call, change)


def _connect_after(work: FileWork, maker: Maker, change: Change) -> None:
    """Have the new object connected by a statement of its own, behind the one that makes it."""
    check_awaitable(work, maker.call)
    holder = work.source.parents[maker.call]
    statement = work.source.parents[holder]
    target = holder.targets[0].target if isinstance(holder, cst.Assign) else None
    alone = isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1
    if not isinstance(target, cst.Name) or not alone:
        message = "there is no place to connect the async client behind its making"
        refuse("client-never-opened", message, work.source.site(maker.call))
    connecting = cst.Expr(expression(f"await {target.value}.{maker.connect}()"))
    line = cst.SimpleStatementLine([connecting])
    work.rewrites.change(maker.call, change)
    work.rewrites.change(statement, lambda node: cst.FlattenSentinel([node, line]))


def new_maker(work: FileWork, maker: Maker) -> tuple[cst.BaseExpression, Change]:
    """Give what makes the async client, and the change of the arguments it is given."""
    site = work.source.site(maker.call)
    _check_made(work, maker)
    adapt = adapt_arguments(maker.call, maker.arguments, maker.parameters, site)
    return _function(work, maker), adapt


def _check_made(work: FileWork, maker: Maker) -> None:
    """Refuse where an argument is, or may be, an object that the async side does not take."""
    for name, kinds in maker.arguments.made.items():
        value = argument(maker.call, name, maker.parameters)
        made = _value(work, value) if isinstance(value, cst.Name) else value
        if value is None or isinstance(made, _LITERALS):
            continue
        if isinstance(made, cst.Call) and work.names.qualified(made.func) in kinds:
            continue
        message = f"the argument {name!r} may be of a kind that the async side does not take"
        refuse("argument", message, work.source.site(value))


def _value(work: FileWork, name: cst.Name) -> cst.BaseExpression | None:
    """Give what the local variable ``name`` was made from, where one assignment does it."""
    function = work.source.function_around(name)
    bindings = variable(work.source, function, name.value).bindings if function else ()
    only = bindings[0] if len(bindings) == 1 else None
    return only.value if isinstance(only, cst.Assign) and len(only.targets) == 1 else None


def _function(work: FileWork, maker: Maker) -> cst.BaseExpression:
    function = maker.call.func
    owner, _, method = maker.target.rpartition(".")
    is_method = isinstance(function, cst.Attribute) and method == function.attr.value
    if isinstance(function, cst.Attribute) and is_method and _is_type(owner):
        if work.names.qualified(function.value) == owner:
            return function
        if _is_type(work.names.qualified(function.value) or ""):
            return cst.Attribute(work.names.replace(function.value, owner), cst.Name(method))
    if _is_type(owner):
        return cst.Attribute(work.names.replace(function, owner), cst.Name(method))
    return work.names.replace(function, maker.target)


def _is_type(qualified: str) -> bool:
    return qualified.rpartition(".")[2][:1].isupper()
