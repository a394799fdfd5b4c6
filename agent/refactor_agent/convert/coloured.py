"""Calls of functions that become async: awaited, or read or entered where they yield."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from refactor_agent.convert.awaiting import await_call
from refactor_agent.convert.entering import enter_coloured
from refactor_agent.convert.generators import is_generator, managing
from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.names import dotted
from refactor_agent.convert.reading import read_generator
from refactor_agent.convert.refused import refuse
from refactor_agent.domain.plan import CallEdit

__all__ = ["call_coloured"]


def call_coloured(job: Job, work: FileWork, call: cst.Call, edit: CallEdit) -> None:
    """Await, read or enter what is called, which becomes async, under its new name."""
    colour = job.colours.get(edit.callee)
    if colour is None:
        refuse("unknown-colour", f"{edit.callee} is awaited but not coloured", edit.site)
    if colour.mode == "twin":
        _rename(work, call, edit.callee, colour.new_name)
    there, function = job.find(colour.function)
    if managing(there, function) is not None:
        enter_coloured(work, call)
    elif is_generator(function):
        read_generator(job, work, call, edit)
    else:
        await_call(job, work, call)


def _rename(work: FileWork, call: cst.Call, callee: str, new_name: str) -> None:
    function = call.func
    bare = callee.rpartition(".")[2].partition("#")[0]
    written = function.attr.value if isinstance(function, cst.Attribute) else dotted(function)
    imported = work.names.binding(written) if isinstance(function, cst.Name) and written else None
    if written is not None and written != bare and imported is None:
        text = f"{callee} is called as {written} here, which was made of it elsewhere"
        refuse("called-by-another-name", text, work.source.site(call))
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
