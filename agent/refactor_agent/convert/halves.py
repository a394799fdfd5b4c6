"""Go to a client's methods by way of its async half: ``client.aio.models.list()``."""

from __future__ import annotations

import libcst as cst

from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.uses import check_use, escapes
from refactor_agent.convert.variables import variable
from refactor_agent.rulebook import NativeCall

__all__ = ["go_by_half"]


def go_by_half(job: Job, work: FileWork, call: cst.Call, native: NativeCall) -> None:
    """Reach what ``call`` is a method of by the async half, and follow all that comes of it.

    The plan has shown that a client with two halves is at the start; raises `Refused` where what
    hangs on it is kept or goes elsewhere.
    """
    door = _door(job, work, call.func, native)
    if door in work.rewrites.touched:
        return
    kind = job.rulebook.door(native.rule, door.attr.value)
    assert kind is not None  # noqa: S101 - a door leads somewhere
    assert native.half is not None  # noqa: S101 - the caller looked
    half = cst.Name(native.half)

    def change(node: cst.CSTNode) -> cst.CSTNode:
        found = cst.ensure_type(node, cst.Attribute)
        return found.with_changes(value=cst.Attribute(found.value, half))

    work.rewrites.change(door, change)
    check_use(job, work, door, kind)


def _door(job: Job, work: FileWork, start: cst.BaseExpression, native: NativeCall) -> cst.Attribute:
    """Find the attribute of the client: in the chain, or where its variable gets its value."""
    node, seen = start, set[str]()
    while True:
        if isinstance(node, cst.Attribute):
            if job.rulebook.door(native.rule, node.attr.value) is not None:
                return node
            node = node.value
        elif isinstance(node, cst.Call):
            node = node.func
        elif isinstance(node, cst.Name) and node.value not in seen:
            seen.add(node.value)
            node = _value(work, node)
        else:
            escapes(work, node, "the client is not reached in this function")


def _value(work: FileWork, name: cst.Name) -> cst.BaseExpression:
    function = work.source.function_around(name)
    bindings = variable(work.source, function, name.value).bindings if function else ()
    binding = bindings[0] if len(bindings) == 1 else None
    if not isinstance(binding, cst.Assign) or len(binding.targets) != 1:
        escapes(work, name, f"{name.value} is not made in one place of this function")
    return binding.value
