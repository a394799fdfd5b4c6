"""Turn a client object that one function makes and uses into its async form."""

from __future__ import annotations

import libcst as cst

from refactor_agent.convert.annotated import is_named_alike, reannotate
from refactor_agent.convert.ending import check_ended, is_closed, never_closed
from refactor_agent.convert.entering import enter_async
from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.kept import convert_kept, kept_attribute
from refactor_agent.convert.late import check_late
from refactor_agent.convert.makers import Maker, find_maker, make_async
from refactor_agent.convert.shared import convert_shared, shared_maker
from refactor_agent.convert.uses import check_uses, escapes
from refactor_agent.convert.variables import Variable, variable
from refactor_agent.domain.plan import CallEdit

__all__ = ["check_left_open", "convert_client", "convert_maker"]


def convert_client(job: Job, work: FileWork, call: cst.Call, edit: CallEdit) -> None:
    """Convert the client behind a method call, with everything the function does with it."""
    kept = kept_attribute(work, call)
    if kept is not None:
        convert_kept(job, work, kept)
        return
    root = _root(job, work, call)
    maker = find_maker(job, work, root) if isinstance(root, cst.Call) else None
    if maker is not None:
        never_closed(work, maker.call)
    function = work.source.function_around(call)
    if not isinstance(root, cst.Name) or function is None:
        escapes(work, call, "the client is not made in this function")
    found = variable(work.source, function, root.value)
    shared = None if found.bindings else shared_maker(job, work, root.value)
    if shared is not None:
        convert_shared(job, work, root.value, shared)
        return
    _convert_variable(job, work, found, edit)


def convert_maker(job: Job, work: FileWork, maker: Maker) -> None:
    """Convert what ``maker`` makes, with everything the function does with it."""
    parent = work.source.parents[maker.call]
    function = work.source.function_around(maker.call)
    target: cst.BaseExpression | None = None
    if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
        target = parent.targets[0].target
    elif isinstance(parent, cst.WithItem) and parent.asname is not None:
        target = parent.asname.name
    if not isinstance(target, cst.Name) or function is None:
        never_closed(work, maker.call)
    _convert_made(job, work, variable(work.source, function, target.value), maker)


def check_left_open(job: Job, work: FileWork, call: cst.Call) -> None:
    """Raise `Refused` where this function makes a client whose async half nobody closes."""
    root = _chain_root(call)
    function = work.source.function_around(call)
    if isinstance(root, cst.Name) and function is not None:
        found = variable(work.source, function, root.value)
        makers = [_bound_value(work, binding, root.value) for binding in found.bindings]
    else:
        makers = [root]
    for made in makers:
        name = work.names.qualified(made.func) if isinstance(made, cst.Call) else None
        kind = job.rulebook.returns(name) if name is not None else None
        if kind is not None and job.rulebook.is_held(kind):
            never_closed(work, call)


def _chain_root(call: cst.Call) -> cst.BaseExpression:
    """Give the name a chain starts with, or the call behind which attributes alone follow."""
    node: cst.BaseExpression = call.func
    while isinstance(node, cst.Attribute):
        node = node.value
    return node


def _convert_variable(job: Job, work: FileWork, found: Variable, edit: CallEdit) -> None:
    if len(found.bindings) != 1:
        escapes(work, found.uses[0], f"{found.name} is not made in one place of this function")
    value = _bound_value(work, found.bindings[0], found.name)
    maker = find_maker(job, work, value) if isinstance(value, cst.Call) else None
    if maker is None:
        _derived(job, work, found, value, edit)
    else:
        _convert_made(job, work, found, maker)


def _convert_made(job: Job, work: FileWork, found: Variable, maker: Maker) -> None:
    if maker.call in work.rewrites.touched:
        return
    if len(found.bindings) != 1:
        escapes(work, maker.call, f"{found.name} is not made in one place of this function")
    check_late(job, work, found, maker)
    make_async(job, work, maker)
    _convert_binding(job, work, found, maker.kind)
    check_uses(job, work, found, maker.kind)
    waits = job.rulebook.ended_by(maker.kind)
    if waits and not isinstance(found.bindings[0], cst.WithItem):
        check_ended(work, found, maker.call, waits)
        return
    is_open = not isinstance(found.bindings[0], cst.WithItem) and not is_closed(work, found)
    if is_open and not job.rulebook.is_stateless(maker.kind):
        never_closed(work, maker.call)


def _derived(
    job: Job, work: FileWork, found: Variable, value: cst.BaseExpression | None, edit: CallEdit
) -> None:
    """Go on to the client that made this object: ``pipe = client.pipeline()``."""
    root = _root(job, work, value) if value is not None else None
    if not isinstance(root, cst.Name) or root.value == found.name:
        escapes(work, found.bindings[0], f"{found.name} is not made in this function")
    _convert_variable(job, work, variable(work.source, found.function, root.value), edit)


def _root(job: Job, work: FileWork, node: cst.BaseExpression) -> cst.BaseExpression:
    """Give what a chain of attributes and calls starts with: a name, or the making of a client."""
    while True:
        if isinstance(node, cst.Attribute):
            node = node.value
        elif isinstance(node, cst.Call) and find_maker(job, work, node) is None:
            node = node.func
        else:
            return node


def _bound_value(work: FileWork, binding: cst.CSTNode, name: str) -> cst.BaseExpression | None:
    """Give the expression that a variable gets its value from, where it is plain."""
    if isinstance(binding, cst.Assign) and len(binding.targets) == 1:
        target = binding.targets[0].target
        return binding.value if isinstance(target, cst.Name) else None
    if isinstance(binding, cst.AnnAssign):
        if not is_named_alike(work, binding):
            escapes(work, binding, f"{name} is annotated as something else")
        return binding.value
    return binding.item if isinstance(binding, cst.WithItem) else None


def _convert_binding(job: Job, work: FileWork, found: Variable, kind: str) -> None:
    binding = found.bindings[0]
    if isinstance(binding, cst.AnnAssign):
        value = cst.ensure_type(binding.value, cst.Call)
        new = work.names.qualified(value.func)
        work.rewrites.change(binding, reannotate if new else lambda node: node)
    if isinstance(binding, cst.WithItem):
        enter_async(job, work, binding, kind)
