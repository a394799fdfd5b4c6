"""Follows what is done with a client that becomes async, by the types that rules know."""

from __future__ import annotations

from typing import NoReturn

import libcst as cst

from refactor_agent.convert.arguments import adapt_arguments, given
from refactor_agent.convert.awaiting import await_call, in_turn, rename_method
from refactor_agent.convert.ending import is_closed, never_closed
from refactor_agent.convert.entering import enter_async
from refactor_agent.convert.iteration import read_loop
from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.kinds import gives_async, result_kind
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.results import check_decided
from refactor_agent.convert.rewrite import Change
from refactor_agent.convert.variables import Variable, variable
from refactor_agent.convert.wording import speller
from refactor_agent.rulebook import NativeCall

__all__ = ["check_result_use", "check_use", "check_uses", "escapes"]


def check_uses(job: Job, work: FileWork, found: Variable, kind: str) -> None:
    """Convert every use of a variable that holds a ``kind``; raises `Refused` for any other."""
    for use in found.uses:
        if work.source.function_around(use) is not found.function:
            escapes(work, use, f"a nested function uses {found.name}")
        check_use(job, work, use, kind)


def check_use(job: Job, work: FileWork, use: cst.BaseExpression, kind: str) -> None:
    """Follow ``client.chat.completions.create(…)`` to its end."""
    node: cst.CSTNode = use
    while True:
        parent = work.source.parents[node]
        if not (isinstance(parent, cst.Attribute) and parent.value is node):
            _check_end(job, work, node, parent, kind)
            return
        if node is not use and job.rulebook.is_held(kind):
            never_closed(work, node)
        member = f"{kind}.{parent.attr.value}"
        if job.rulebook.lacks(member):
            refuse("missing-there", f"the async client has no {parent.attr.value!r} like it",
                   work.source.site(use))  # fmt: skip
        called = work.source.parents[parent]
        is_call = isinstance(called, cst.Call) and called.func is parent
        call = cst.ensure_type(called, cst.Call) if is_call else None
        if job.rulebook.blocking(member) is not None:
            result = _waited_for(job, work, call or use, member)
            if result is None or _is_read(job, member) or not job.rulebook.async_type(result):
                return
        else:
            result = _passed_through(job, work, call, member)
            if result is None and call is not None and job.rulebook.gives_nothing(member):
                return
        if result is None:
            escapes(work, use, f"nobody knows what {parent.attr.value!r} does there")
        node, kind = (called if is_call else parent), result


def check_result_use(job: Job, work: FileWork, call: cst.Call, callee: str) -> None:
    """Follow what ``call`` gives, where that has an async form of its own: a stream, say."""
    kind = result_kind(job.rulebook, work.source, call, callee)
    if kind is not None:
        _check_end(job, work, call, work.source.parents[call], kind)


def _waited_for(job: Job, work: FileWork, node: cst.BaseExpression, member: str) -> str | None:
    """See to a call that waits; give the type of what it gives."""
    if not isinstance(node, cst.Call):
        escapes(work, node, f"{member} is handed on, and would have to be awaited")
    _check_awaited(job, work, node, member)
    return result_kind(job.rulebook, work.source, node, member)


def _passed_through(job: Job, work: FileWork, call: cst.Call | None, member: str) -> str | None:
    """See to an attribute, or a call that does not wait; give its type."""
    if call is not None:
        work.unwaited.append(call)
        _check_arguments(job, work, call, member)
        if job.rulebook.is_entered(member):
            _await_unless_entered(job, work, call)
    return job.rulebook.returns(member)


def escapes(work: FileWork, node: cst.CSTNode, message: str) -> NoReturn:
    """Refuse because other code would meet the client's new type."""
    refuse("client-escapes", message, work.source.site(node))


def _check_arguments(job: Job, work: FileWork, call: cst.Call, member: str) -> None:
    """Refuse a call that does not block, such as ``connection.cursor(name)``, by its arguments."""
    refused, order = job.rulebook.arguments(member).refuse, job.rulebook.arguments(member).order
    named = dict(enumerate(order))
    given = [
        arg.keyword.value if arg.keyword is not None else arg.star or named.get(place, "*")
        for place, arg in enumerate(call.args)
    ]
    if refused and not {"*", "**", *refused}.isdisjoint(given):
        message = f"its arguments mean something else for the new {member.rpartition('.')[2]}"
        refuse("argument", message, work.source.site(call))


def _is_read(job: Job, member: str) -> bool:
    """Say whether the call's result is read with ``async for``, which is seen to elsewhere."""
    native = job.rulebook.native(member)
    return native is not None and native.iterator


def _await_unless_entered(job: Job, work: FileWork, call: cst.Call) -> None:
    if not isinstance(work.source.parents[call], cst.WithItem):
        await_call(job, work, call)


def _check_awaited(job: Job, work: FileWork, call: cst.Call, member: str) -> None:
    edit = work.edits.get(call)
    if edit is not None:
        if edit.action == "offload":
            escapes(work, call, "another of its calls goes to a thread")
        return
    native = job.rulebook.native(member)
    if native is None or not native.awaited or call in work.rewrites.touched:
        escapes(work, call, f"{member} has no async form")
    check_decided(job, work, call, member)
    change = in_turn(
        rename_method(native.target.rpartition(".")[2]), _adapted(job, work, call, native)
    )
    await_call(
        job, work, call, change, in_with=gives_async(job.rulebook, work.source, call, member)
    )


def _adapted(job: Job, work: FileWork, call: cst.Call, native: NativeCall) -> Change:
    """Give the change of the arguments of a call that nobody planned: it may not wait at all."""
    found = job.rulebook.blocking(native.callee)
    parameters = found[1].parameters if found is not None else ""
    wanted, site = native.arguments, work.source.site(call)
    if wanted.limit in given(call, parameters):
        refuse("argument", f"the argument {wanted.limit!r} means something else there", site)
    return adapt_arguments(call, wanted, parameters, site, spell=speller(work, call))


def _check_end(job: Job, work: FileWork, node: cst.CSTNode, parent: cst.CSTNode, kind: str) -> None:
    """Judge where the value at the end of a chain goes."""
    if job.rulebook.async_type(kind) is None:
        return
    if isinstance(parent, cst.Await):
        node, parent = parent, work.source.parents[parent]
    if isinstance(parent, cst.WithItem):
        enter_async(job, work, parent, kind)
        if parent.asname is None:
            return
        kind = job.rulebook.returns(f"{kind}.__enter__") or kind
    elif isinstance(parent, cst.For | cst.CompFor) and parent.iter is node:
        _read(job, work, node, kind)
        return
    if isinstance(node, cst.Name):
        escapes(work, node, f"{node.value} is used by other code")
    if not isinstance(parent, cst.Expr):
        _check_holder(job, work, node, parent, kind)


def _read(job: Job, work: FileWork, node: cst.CSTNode, kind: str) -> None:
    step = job.rulebook.native(f"{kind}.__next__")
    if step is None or not step.target.endswith(".__anext__"):
        escapes(work, node, "it is read here, and the async form can't be")
    assert isinstance(node, cst.BaseExpression)  # noqa: S101 - loops read expressions
    read_loop(work, node)


def _check_holder(
    job: Job, work: FileWork, node: cst.CSTNode, holder: cst.CSTNode, kind: str
) -> None:
    """Go on with the variable that the value is kept in."""
    if isinstance(holder, cst.Assign) and len(holder.targets) == 1:
        target = holder.targets[0].target
    elif isinstance(holder, cst.WithItem) and holder.asname is not None:
        target = holder.asname.name
    else:
        escapes(work, node, "what the client makes is used by other code")
    function = work.source.function_around(node)
    if not isinstance(target, cst.Name) or function is None:
        escapes(work, node, "what the client makes is kept elsewhere")
    derived = variable(work.source, function, target.value)
    if derived.bindings != (holder,):
        escapes(work, node, f"{target.value} holds several things")
    in_with = isinstance(holder, cst.WithItem)
    if job.rulebook.is_held(kind) and not in_with and not is_closed(work, derived):
        never_closed(work, node)
    check_uses(job, work, derived, kind)
