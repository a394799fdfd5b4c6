"""Turn a client that an object keeps, ``self.client``, into its async form.

The plan has shown that no other code gets at the attribute; here every use of it in its class is
converted, or the conversion refused.
"""

from __future__ import annotations

from typing import NamedTuple, NoReturn

import libcst as cst
import libcst.matchers as m

from refactor_agent.convert.annotated import is_named_alike, reannotate
from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.late import refuse_late
from refactor_agent.convert.makers import Maker, find_maker, make_async
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.uses import check_use, escapes

__all__ = ["Kept", "convert_kept", "kept_attribute"]


_NOT_OF_OBJECTS = m.Name("staticmethod") | m.Name("classmethod")


class Kept(NamedTuple):
    """An attribute of the object whose method holds the call."""

    owner: cst.ClassDef
    name: str


def kept_attribute(work: FileWork, call: cst.Call) -> Kept | None:
    """Give the attribute of ``self`` that the chain before ``call`` starts with, if any."""
    node: cst.BaseExpression = call
    attribute = None
    while isinstance(node, cst.Attribute | cst.Call):
        attribute = node
        node = node.value if isinstance(node, cst.Attribute) else node.func
    function = work.source.function_around(call)
    owner = _owner(work, function)
    if function is None or owner is None or not isinstance(attribute, cst.Attribute):
        return None
    return Kept(owner, attribute.attr.value) if _is_self(function, node) else None


def convert_kept(job: Job, work: FileWork, kept: Kept) -> None:
    """Convert the making and every use of the attribute; raises `Refused` where it can't be."""
    if job.attempt.flag is not None:
        message = f"both paths of the rollout would use {kept.name!r}"
        refuse("client-not-local", message, work.source.site(kept.owner.name))
    uses = _uses(work, kept)
    made = [use for use in uses if _is_bound(work, use)]
    maker = _maker(job, work, kept, made)
    if maker.call in work.rewrites.touched:
        return
    rest = [use for use in uses if use is not made[0]]
    if not any(_is_closing(work, use) for use in rest) and not _closes_itself(job, maker):
        message = f"nothing in {kept.owner.name.value} closes it, and the async client must be"
        refuse("client-never-closed", message, work.source.site(maker.call))
    refuse_late(job, work, maker)
    make_async(job, work, maker)
    binding = work.source.parents[made[0]]
    if isinstance(binding, cst.AnnAssign):
        work.rewrites.change(binding, reannotate)
    for use in rest:
        _check_place(job, work, kept, use)
        check_use(job, work, use, maker.kind)
    where = f"{kept.owner.name.value}.{kept.name}"
    job.notes.append(f"{where} belongs to the event loop that first uses it")


def _uses(work: FileWork, kept: Kept) -> list[cst.Attribute]:
    """Give every ``self.name`` of the class, in source order."""
    found = []
    for node in work.source.parents:
        if isinstance(node, cst.Attribute) and node.attr.value == kept.name:
            function = work.source.function_around(node)
            inside = any(outer is kept.owner for outer in work.source.ancestors(node))
            if inside and (function is None or not _is_self(function, node.value)):
                escapes(work, node, f"{kept.name!r} may be that of another object here")
            if inside:
                found.append(node)
    return sorted(found, key=work.source.span)


def _maker(job: Job, work: FileWork, kept: Kept, made: list[cst.Attribute]) -> Maker:
    """Read the one place that makes the client: an assignment in ``__init__``."""
    if len(made) != 1:
        _made_elsewhere(work, kept)
    value = _bound_value(work, made[0])
    function = work.source.function_around(made[0])
    maker = find_maker(job, work, value) if value is not None and function is not None else None
    if maker is None or maker.awaited or function is None or function.name.value != "__init__":
        _made_elsewhere(work, kept)
    return maker


def _bound_value(work: FileWork, target: cst.Attribute) -> cst.BaseExpression | None:
    """Give what the attribute is bound to, by an assignment to it alone."""
    parent = work.source.parents[target]
    if isinstance(parent, cst.AnnAssign):
        return parent.value if is_named_alike(work, parent) else None
    holder = work.source.parents[parent]
    return holder.value if isinstance(holder, cst.Assign) and len(holder.targets) == 1 else None


def _made_elsewhere(work: FileWork, kept: Kept) -> NoReturn:
    message = f"{kept.name!r} is not made plainly, once, in __init__"
    refuse("client-not-local", message, work.source.site(kept.owner.name))


def _check_place(job: Job, work: FileWork, kept: Kept, use: cst.Attribute) -> None:
    function = work.source.function_around(use)
    if function is None or not work.becomes_async(function):
        name = function.name.value if function is not None else kept.owner.name.value
        refuse("client-not-local", f"{name} stays sync and uses it", work.source.site(use))
    for colour in job.attempt.colours:
        if colour.mode == "twin" and job.find(colour.function)[1] is function:
            message = f"the sync {function.name.value}, which stays, uses it"
            refuse("client-not-local", message, work.source.site(use))


def _is_bound(work: FileWork, use: cst.Attribute) -> bool:
    parent = work.source.parents[use]
    if isinstance(parent, cst.AssignTarget):
        return True
    return isinstance(parent, cst.AnnAssign | cst.AugAssign) and parent.target is use


def _is_closing(work: FileWork, use: cst.Attribute) -> bool:
    member = work.source.parents[use]
    if not isinstance(member, cst.Attribute) or member.attr.value not in {"close", "aclose"}:
        return False
    call = work.source.parents[member]
    return isinstance(call, cst.Call) and call.func is member


def _closes_itself(job: Job, maker: Maker) -> bool:
    return job.rulebook.closes_itself(maker.kind)


def _owner(work: FileWork, function: cst.FunctionDef | None) -> cst.ClassDef | None:
    """Give the class of which ``function`` is a method."""
    if function is None:
        return None
    body = work.source.parents[function]
    owner = work.source.parents.get(body)
    return owner if isinstance(owner, cst.ClassDef) else None


def _is_self(function: cst.FunctionDef, node: cst.BaseExpression) -> bool:
    first = function.params.params[:1]
    if not first or any(m.matches(one.decorator, _NOT_OF_OBJECTS) for one in function.decorators):
        return False
    return isinstance(node, cst.Name) and node.value == first[0].name.value
