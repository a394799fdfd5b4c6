"""What becomes of the result of a call that changes library."""

from __future__ import annotations

import libcst as cst

from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.kinds import is_decided
from refactor_agent.convert.members import rename_member
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.variables import variable
from refactor_agent.domain.plan import CallEdit
from refactor_agent.rulebook import NativeCall

__all__ = ["check_decided", "check_result"]


def check_result(
    job: Job, work: FileWork, call: cst.Call, edit: CallEdit, native: NativeCall
) -> None:
    """Raise `Refused` where the result is used in a way that its new type does not allow.

    What has an async form of its own is followed: cursors with their client, and streams.
    """
    check_decided(job, work, call, edit.callee)
    kind = job.rulebook.returns(edit.callee)
    if kind is None or not _differs(job, native, kind):
        return
    if native.opened is None and job.rulebook.async_type(kind) is not None:
        return
    for use in _uses(work, call):
        parent = work.source.parents[use]
        site = work.source.site(use)
        member = _member(use, parent)
        if isinstance(parent, cst.Expr) or (
            member == "__getitem__" and job.rulebook.knows(f"{kind}.__getitem__")
        ):
            continue
        if member in {None, "__getitem__"}:
            refuse("result-escapes", "the result goes where its new type is not expected", site)
        if job.rulebook.lacks(f"{kind}.{member}"):
            refuse("missing-there", f"the new result has no {member!r}", site)
        rename_member(job, work, use, kind)


def check_decided(job: Job, work: FileWork, call: cst.Call, callee: str) -> None:
    """Raise `Refused` where nobody can tell whether the call gives a stream, say, or an answer."""
    if not is_decided(job.rulebook, call, callee):
        message = "what the call gives depends on arguments that are not written at it"
        refuse("unknown-arguments", message, work.source.site(call))


def _member(use: cst.BaseExpression, parent: cst.CSTNode) -> str | None:
    """Name what of the result is read: an attribute, or its items; `None` where it goes on."""
    if isinstance(parent, cst.Attribute) and parent.value is use:
        return parent.attr.value
    return "__getitem__" if isinstance(parent, cst.Subscript) and parent.value is use else None


def _differs(job: Job, native: NativeCall, kind: str) -> bool:
    """Say whether the result is an object of a library that is left behind."""
    package = kind.partition(".")[0]
    rule = job.rulebook.rule(native.rule)
    missing = rule.native.missing if rule.native is not None else ()
    same = native.target.partition(".")[0] == native.callee.partition(".")[0]
    return any(name.startswith(f"{kind}.") for name in missing) or (
        not same and package == native.callee.partition(".")[0]
    )


def _uses(work: FileWork, call: cst.Call) -> tuple[cst.BaseExpression, ...]:
    parent = work.source.parents[call]
    if isinstance(parent, cst.Await):
        parent = work.source.parents[parent]
    name = _assigned(parent)
    function = work.source.function_around(call)
    if name is None or function is None:
        return (call,)
    found = variable(work.source, function, name)
    if any(binding is not parent for binding in found.bindings) and len(found.bindings) > 1:
        same = all(isinstance(one, cst.Assign) for one in found.bindings)
        if not same:
            refuse("result-escapes", f"{name} holds several things", work.source.site(call))
    return found.uses


def _assigned(parent: cst.CSTNode) -> str | None:
    if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
        target = parent.targets[0].target
        return target.value if isinstance(target, cst.Name) else None
    if isinstance(parent, cst.AnnAssign) and isinstance(parent.target, cst.Name):
        return parent.target.value
    return None
