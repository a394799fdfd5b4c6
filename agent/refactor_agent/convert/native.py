"""Replace a blocking call by its async equivalent, as the rules describe it."""

from __future__ import annotations

import sys

import libcst as cst

from refactor_agent.convert.arguments import adapt_arguments
from refactor_agent.convert.awaiting import await_call, in_turn, rename_method
from refactor_agent.convert.clients import check_left_open, convert_client, convert_maker
from refactor_agent.convert.halves import go_by_half
from refactor_agent.convert.iteration import read_async
from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.kinds import gives_async
from refactor_agent.convert.limited import limited
from refactor_agent.convert.makers import find_maker
from refactor_agent.convert.members import read_after
from refactor_agent.convert.opened import open_client
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.results import check_result
from refactor_agent.convert.rewrite import Change
from refactor_agent.convert.uses import check_result_use
from refactor_agent.convert.variables import names_in
from refactor_agent.convert.vendor import vendored_function
from refactor_agent.convert.wording import speller
from refactor_agent.domain.plan import CallEdit
from refactor_agent.rulebook import NativeCall

__all__ = ["convert_native"]


def convert_native(job: Job, work: FileWork, call: cst.Call, edit: CallEdit) -> None:
    """Replace one call; raises `Refused` where the rules do not show it to be the same."""
    native = job.rulebook.native(edit.callee)
    found = job.rulebook.blocking(edit.callee)
    if native is None or found is None:
        refuse("no-async-equivalent", f"no rule knows an async form of {edit.callee}", edit.site)
    described = job.rulebook.rule(native.rule).native
    if described is not None and described.strategy is not None:
        refuse("unknown-strategy", f"nothing carries out {described.strategy}", edit.site)
    maker = find_maker(job, work, call)
    if maker is not None:
        convert_maker(job, work, maker)
        return
    if native.vendored is not None and native.types is None:
        new = vendored_function(job, work, call, native.vendored)
        await_call(job, work, call, lambda node: node.with_changes(func=new))
        return
    if native.callee.rpartition(".")[2] in {"__enter__", "__exit__"}:
        convert_client(job, work, call, edit)
        return
    check_result(job, work, call, edit, native)
    _check_handed_over(work, call, native)
    spell = speller(work, call)
    adapt = adapt_arguments(call, native.arguments, found[1].parameters, edit.site, spell=spell)
    limit = limited(job, work, call, found[1].parameters)
    if limit is not None:
        adapt = in_turn(adapt, limit)
    rename = _renamed(job, work, call, edit, native)
    if native.iterator:
        read_async(work, call, awaited=native.awaited)
    _await_or_keep(job, work, call, native, in_turn(rename, adapt))
    if native.types is None and native.opened is None:
        check_result_use(job, work, call, edit.callee)


def _renamed(
    job: Job, work: FileWork, call: cst.Call, edit: CallEdit, native: NativeCall
) -> Change:
    """Give the change of what is called, once the object it is called on is seen to."""
    method = rename_method(native.target.rpartition(".")[2])
    if native.opened is not None:
        found = job.rulebook.blocking(edit.callee)
        return open_client(job, work, call, native, found[1].parameters if found else "")
    if native.half is not None:
        go_by_half(job, work, call, native)
        return method
    if native.types is not None:
        convert_client(job, work, call, edit)
        read_after(job, work, call, native)
        return method
    if not _same_object(work, call, native):
        return _function(work, call, native)
    check_left_open(job, work, call)
    return method


def _check_handed_over(work: FileWork, call: cst.Call, native: NativeCall) -> None:
    """Refuse where the new library is handed what the old one made: ``execute(q, [Json(x)])``."""
    old, new = native.callee.partition(".")[0], native.target.partition(".")[0]
    if old == new or old in sys.stdlib_module_names:
        return
    for name in (name for arg in call.args for name in names_in(arg)):
        meant = work.names.qualified(name) or ""
        if meant.partition(".")[0] == old:
            message = f"{name.value} of {old} is handed to the other library"
            refuse("argument", message, work.source.site(name))


def _await_or_keep(
    job: Job, work: FileWork, call: cst.Call, native: NativeCall, change: Change
) -> None:
    if native.awaited:
        enters = gives_async(job.rulebook, work.source, call, native.callee)
        await_call(job, work, call, change, in_with=enters)
    else:
        work.rewrites.change(call, change)


def _same_object(work: FileWork, call: cst.Call, native: NativeCall) -> bool:
    """Say whether the object has the async method too: ``model.invoke``, ``model.ainvoke``."""
    same = native.callee.rpartition(".")[0] == native.target.rpartition(".")[0]
    return same and work.names.qualified(call.func) != native.callee


def _function(work: FileWork, call: cst.Call, native: NativeCall) -> Change:
    new = work.names.replace(call.func, native.target)
    return lambda node: node.with_changes(func=new)
