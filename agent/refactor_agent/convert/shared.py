"""Turn a client at the top of a module, which its functions share, into one for each event loop.

The plan has shown that no other module gets at the name; here every use of it is converted, or the
conversion refused.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from refactor_agent.boundary import CLIENTS_MODULE
from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.late import refuse_late
from refactor_agent.convert.makers import Maker, find_maker, new_maker
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.uses import check_use
from refactor_agent.convert.variables import names_in
from refactor_agent.convert.vendor import boundary_name

__all__ = ["convert_shared", "shared_maker"]


def shared_maker(job: Job, work: FileWork, name: str) -> Maker | None:
    """Read the assignment at the top of the module that makes the client ``name``, if one does."""
    for statement in work.source.module.body:
        if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
            only = statement.body[0]
            if isinstance(only, cst.Assign) and _target(only) == name:
                return find_maker(job, work, only.value)
    return None


def convert_shared(job: Job, work: FileWork, name: str, maker: Maker) -> None:
    """Convert the making and every use of the client; raises `Refused` where it can't be."""
    if maker.call in work.rewrites.touched:
        return
    site = work.source.site(maker.call)
    if job.attempt.flag is not None:
        refuse("client-not-local", f"both paths of the rollout would use {name!r}", site)
    if maker.awaited or maker.entered:
        refuse("client-not-local", f"{name!r} would have to be opened first, on a loop", site)
    if maker.target.startswith("asyncio."):
        message = f"each event loop would have a {name} of its own, and tasks meet by it"
        refuse("client-not-local", message, site)
    refuse_late(job, work, maker)
    for use in _uses(work, name):
        _check_place(job, work, name, use)
        check_use(job, work, use, maker.kind)
        work.rewrites.change(use, lambda node: cst.Call(cst.ensure_type(node, cst.Name)))
    holder = boundary_name(job, work, "PerLoop", CLIENTS_MODULE)
    function, arguments = new_maker(work, maker)

    def change(node: cst.CSTNode) -> cst.CSTNode:
        made = arguments(node)
        assert isinstance(made, cst.Call)  # noqa: S101 - calls stay calls
        return made.with_changes(func=holder, args=[_first(function, made), *made.args])

    work.rewrites.change(maker.call, change)
    work.shared[name] = maker.call
    job.notes.append(f"{site}: each event loop gets a {name} of its own, closed with the loop")


def _first(value: cst.BaseExpression, call: cst.Call) -> cst.Arg:
    """Give the argument that comes before those of ``call``, one a line where they are."""
    if not call.args:
        return cst.Arg(value)
    between = call.whitespace_before_args
    broken = isinstance(between, cst.ParenthesizedWhitespace)
    comma = cst.Comma(whitespace_after=between if broken else cst.SimpleWhitespace(" "))
    return cst.Arg(value, comma=comma)


def _uses(work: FileWork, name: str) -> Iterator[cst.Name]:
    """Give what reads the name; the plan has seen that one assignment alone binds it."""
    for node in names_in(work.source.module):
        if node.value != name:
            continue
        parent = work.source.parents[node]
        is_label = (isinstance(parent, cst.Attribute) and parent.attr is node) or (
            isinstance(parent, cst.Arg) and parent.keyword is node
        )
        if is_label or isinstance(parent, cst.AssignTarget) or _is_imported(work, node):
            continue
        yield node


def _is_imported(work: FileWork, node: cst.Name) -> bool:
    """Say whether it is a module's name: ``from supabase import …`` reads no variable."""
    return any(
        isinstance(outer, cst.Import | cst.ImportFrom) for outer in work.source.ancestors(node)
    )


def _check_place(job: Job, work: FileWork, name: str, use: cst.Name) -> None:
    function = work.source.function_around(use)
    site = work.source.site(use)
    if function is None or not work.becomes_async(function):
        where = function.name.value if function is not None else work.source.file
        refuse("client-not-local", f"{where} stays sync and uses {name!r}", site)
    outermost = work.source.outermost(use)
    planned = (work.source.outermost(call) for call in work.edits)
    if all(outermost is not other for other in planned):
        refuse("client-not-local", f"{function.name.value} uses {name!r} and does not change", site)
    for colour in job.attempt.colours:
        if colour.mode == "twin" and job.find(colour.function)[1] is function:
            message = f"the sync {function.name.value}, which stays, uses {name!r}"
            refuse("client-not-local", message, site)


def _target(node: cst.Assign) -> str | None:
    target = node.targets[0].target if len(node.targets) == 1 else None
    return target.value if isinstance(target, cst.Name) else None
