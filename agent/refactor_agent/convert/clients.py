"""Turn a client object that one function makes and uses into its async form."""

from __future__ import annotations

from typing import NamedTuple, NoReturn

import libcst as cst

from refactor_agent.convert.arguments import adapt_arguments
from refactor_agent.convert.awaiting import await_call, rename_method
from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.variables import Variable, variable
from refactor_agent.convert.where import check_awaitable
from refactor_agent.domain.plan import CallEdit
from refactor_agent.rulebook import Arguments

__all__ = ["convert_client"]


class _Maker(NamedTuple):
    """The call that makes a client."""

    call: cst.Call
    kind: str
    """The sync type."""
    target: str
    """What is called in its place."""
    arguments: Arguments


def convert_client(job: Job, work: FileWork, call: cst.Call, edit: CallEdit) -> None:
    """Convert the client behind a method call, with everything the function does with it."""
    root = _root(job, work, call)
    maker = _maker(job, work, root) if isinstance(root, cst.Call) else None
    if maker is not None:
        _never_closed(work, maker.call)
    function = work.source.function_around(call)
    if not isinstance(root, cst.Name) or function is None:
        _escapes(work, call, "the client is not made in this function")
    found = variable(work.source, function, root.value)
    _convert_variable(job, work, found, edit)


def _convert_variable(job: Job, work: FileWork, found: Variable, edit: CallEdit) -> None:
    if len(found.bindings) != 1:
        _escapes(work, found.uses[0], f"{found.name} is not made in one place of this function")
    value = _bound_value(work, found.bindings[0], found.name)
    maker = _maker(job, work, value) if isinstance(value, cst.Call) else None
    if maker is None:
        _derived(job, work, found, value, edit)
        return
    if maker.call in work.rewrites.touched:
        return
    _make_async(work, maker)
    _convert_binding(work, found)
    _check_uses(job, work, found, maker.kind)
    if not isinstance(found.bindings[0], cst.WithItem) and not _is_closed(work, found):
        _never_closed(work, maker.call)


def _is_closed(work: FileWork, found: Variable) -> bool:
    """Say whether the function closes the client: the async one has no destructor that does."""
    for use in found.uses:
        member = work.source.parents[use]
        call = work.source.parents[member]
        if isinstance(member, cst.Attribute) and member.attr.value in {"close", "aclose"}:
            return isinstance(call, cst.Call) and call.func is member
    return False


def _never_closed(work: FileWork, call: cst.Call) -> NoReturn:
    message = "nothing here closes the client, and the async one does not close itself"
    refuse("client-never-closed", message, work.source.site(call))


def _derived(
    job: Job, work: FileWork, found: Variable, value: cst.BaseExpression | None, edit: CallEdit
) -> None:
    """Go on to the client that made this object: ``pipe = client.pipeline()``."""
    root = _root(job, work, value) if value is not None else None
    if not isinstance(root, cst.Name) or root.value == found.name:
        _escapes(work, found.bindings[0], f"{found.name} is not made in this function")
    _convert_variable(job, work, variable(work.source, found.function, root.value), edit)


def _root(job: Job, work: FileWork, node: cst.BaseExpression) -> cst.BaseExpression:
    """Give what a chain of attributes and calls starts with: a name, or the making of a client."""
    while True:
        if isinstance(node, cst.Attribute):
            node = node.value
        elif isinstance(node, cst.Call) and _maker(job, work, node) is None:
            node = node.func
        else:
            return node


def _maker(job: Job, work: FileWork, call: cst.BaseExpression | None) -> _Maker | None:
    """Read a constructor, a factory function, or a factory method of the class."""
    if not isinstance(call, cst.Call):
        return None
    name = work.names.qualified(call.func)
    kind = job.rulebook.returns(name) if name else None
    if name is None or kind is None:
        return None
    made = job.rulebook.async_type(kind)
    if made is None:
        return None
    name = job.rulebook.canonical(name)
    if name == kind:
        return _Maker(call, kind, made.name, made.arguments)
    owner, _, method = name.rpartition(".")
    if owner == kind:
        return _Maker(call, kind, f"{made.name}.{method}", made.arguments)
    factory = job.rulebook.async_type(name)
    return _Maker(call, kind, factory.name, factory.arguments) if factory is not None else None


def _make_async(work: FileWork, maker: _Maker) -> None:
    site = work.source.site(maker.call)
    adapt = adapt_arguments(maker.call, maker.arguments, "", site)
    function = maker.call.func
    owner, _, method = maker.target.rpartition(".")
    if isinstance(function, cst.Attribute) and method == function.attr.value and _is_type(owner):
        new: cst.BaseExpression = cst.Attribute(
            work.names.replace(function.value, owner), cst.Name(method)
        )
    else:
        new = work.names.replace(function, maker.target)
    work.rewrites.change(maker.call, lambda node: adapt(node.with_changes(func=new)))


def _is_type(qualified: str) -> bool:
    return qualified.rpartition(".")[2][:1].isupper()


def _bound_value(work: FileWork, binding: cst.CSTNode, name: str) -> cst.BaseExpression | None:
    """Give the expression that a variable gets its value from, where it is plain."""
    if isinstance(binding, cst.Assign) and len(binding.targets) == 1:
        target = binding.targets[0].target
        return binding.value if isinstance(target, cst.Name) else None
    if isinstance(binding, cst.AnnAssign):
        if work.source.code(binding.annotation.annotation) != work.source.code(
            binding.value.func if isinstance(binding.value, cst.Call) else binding.target
        ):
            _escapes(work, binding, f"{name} is annotated as something else")
        return binding.value
    return binding.item if isinstance(binding, cst.WithItem) else None


def _convert_binding(work: FileWork, found: Variable) -> None:
    binding = found.bindings[0]
    if isinstance(binding, cst.AnnAssign):
        value = cst.ensure_type(binding.value, cst.Call)
        new = work.names.qualified(value.func)
        work.rewrites.change(binding, _reannotate if new else lambda node: node)
    if isinstance(binding, cst.WithItem):
        _convert_with(work, binding)


def _reannotate(node: cst.CSTNode) -> cst.CSTNode:
    assert isinstance(node, cst.AnnAssign)  # noqa: S101
    value = cst.ensure_type(node.value, cst.Call)
    return node.with_changes(annotation=node.annotation.with_changes(annotation=value.func))


def _convert_with(work: FileWork, item: cst.WithItem) -> None:
    statement = cst.ensure_type(work.source.parents[item], cst.With)
    if len(statement.items) != 1:
        refuse("mixed-with", "the `with` opens other things too", work.source.site(item.item))
    check_awaitable(work, statement)
    work.rewrites.change(statement, lambda n: n.with_changes(asynchronous=cst.Asynchronous()))


def _check_uses(job: Job, work: FileWork, found: Variable, kind: str) -> None:
    for use in found.uses:
        if work.source.function_around(use) is not found.function:
            _escapes(work, use, f"a nested function uses {found.name}")
        _check_chain(job, work, use, kind)


def _check_chain(job: Job, work: FileWork, use: cst.BaseExpression, kind: str) -> None:
    """Follow ``client.chat.completions.create(…)`` to its end, by the types that rules know."""
    node: cst.CSTNode = use
    while True:
        parent = work.source.parents[node]
        if not (isinstance(parent, cst.Attribute) and parent.value is node):
            _check_end(job, work, node, parent, kind)
            return
        member = f"{kind}.{parent.attr.value}"
        if job.rulebook.lacks(member):
            refuse("missing-there", f"the async client has no {parent.attr.value!r} like it",
                   work.source.site(use))  # fmt: skip
        called = work.source.parents[parent]
        is_call = isinstance(called, cst.Call) and called.func is parent
        if is_call and job.rulebook.blocking(member):
            _check_awaited(job, work, cst.ensure_type(called, cst.Call), member)
            return
        result = job.rulebook.returns(member)
        if result is None:
            _escapes(work, use, f"nobody knows what {parent.attr.value!r} does there")
        node, kind = (called if is_call else parent), result


def _check_awaited(job: Job, work: FileWork, call: cst.Call, member: str) -> None:
    edit = work.edits.get(call)
    if edit is not None:
        if edit.action == "offload":
            _escapes(work, call, "another of its calls goes to a thread")
        return
    native = job.rulebook.native(member)
    if native is None or not native.awaited or call in work.rewrites.touched:
        _escapes(work, call, f"{member} has no async form")
    await_call(job, work, call, rename_method(native.target.rpartition(".")[2]))


def _check_end(job: Job, work: FileWork, node: cst.CSTNode, parent: cst.CSTNode, kind: str) -> None:
    """Judge where the value at the end of a chain goes."""
    if job.rulebook.async_type(kind) is None:
        return
    if isinstance(node, cst.Name):
        _escapes(work, node, f"{node.value} is used by other code")
    if isinstance(parent, cst.Expr):
        return
    holder = parent
    if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
        target = parent.targets[0].target
    elif isinstance(parent, cst.WithItem) and parent.asname is not None:
        target = parent.asname.name
        _convert_with(work, parent)
    else:
        _escapes(work, node, "what the client makes is used by other code")
    function = work.source.function_around(node)
    if not isinstance(target, cst.Name) or function is None:
        _escapes(work, node, "what the client makes is kept elsewhere")
    derived = variable(work.source, function, target.value)
    if derived.bindings != (holder,):
        _escapes(work, node, f"{target.value} holds several things")
    _check_uses(job, work, derived, kind)


def _escapes(work: FileWork, node: cst.CSTNode, message: str) -> NoReturn:
    refuse("client-escapes", message, work.source.site(node))
