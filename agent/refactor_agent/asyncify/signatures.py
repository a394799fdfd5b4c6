"""Arguments that the async side of a pair takes by keyword alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import libcst as cst

from refactor_agent.asyncify.calling import Calling
from refactor_agent.asyncify.world import CallSite
from refactor_agent.locate.resolve.classes import find_methods
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import ClassObject, FunctionValue, Value
from refactor_agent.locate.summary import Parameter

__all__ = ["by_keyword"]

_NONE: Mapping[int, str] = MappingProxyType({})
_BY_KEYWORD = {"asyncio.wait": ("", "timeout", "return_when")}
"""Functions of asyncio to the names of what their counterparts take by position as well."""


def by_keyword(
    colours: Calling, site: CallSite, given: Sequence[cst.Arg]
) -> Mapping[int, str] | None:
    """Give, by position, the names under which the async side takes what is ``given``.

    Empty where the call fits as it is, or where the source of either side is not at hand; ``None``
    where the async side has no place for it.
    """
    for value in colours.whence.callables(site.function, site.facts.func):
        names = _BY_KEYWORD.get(colours.world.leaves.counterpart(value) or "")
        if names is not None:
            return {at: names[at] for at, arg in enumerate(given) if at and arg.keyword is None}
        sides = _sides(colours, value)
        if sides is not None:
            old, new = (method.facts.parameters[1:] for method in sides)
            return _moved(old, new, given)
    return _NONE


def _sides(colours: Calling, value: Value) -> tuple[ProjectFunction, ProjectFunction] | None:
    """Give the two methods that a call runs: constructors, or a method and its counterpart."""
    index, leaves = colours.evaluator.index, colours.world.leaves
    if isinstance(value, ClassObject):
        sync, names = index.classes.get(value.cls), ("__init__", "__init__")
    elif isinstance(value, FunctionValue) and value.receiver is not None:
        method, member = index.functions[value.name], leaves.member(value)
        sync, names = method.owner, (method.facts.bare, member.name if member else "")
    else:
        return None
    target = leaves.counterpart(ClassObject(sync.name)) if sync is not None else None
    aio = index.classes.get(target or "")
    if sync is None or aio is None:
        return None
    old = find_methods(colours.evaluator, sync, names[0])
    new = find_methods(colours.evaluator, aio, names[1])
    if not old or not new or any(map(_is_static, (old[0], new[0]))):
        return None
    return old[0], new[0]


def _is_static(method: ProjectFunction) -> bool:
    return method.has_decorator("staticmethod")


def _moved(
    sync: Sequence[Parameter], aio: Sequence[Parameter], given: Sequence[cst.Arg]
) -> Mapping[int, str] | None:
    kinds = {item.name: item.kind for item in aio}
    room = sum(item.kind == "positional" for item in aio)
    names = [item.name for item in sync if item.kind == "positional"]
    found: dict[int, str] = {}
    if any(arg.star == "*" for arg in given) or "varargs" in kinds.values():
        return _NONE
    for at, arg in enumerate(given):
        if arg.keyword is None and not arg.star and at >= room:
            if at >= len(names) or kinds.get(names[at]) != "keyword":
                return None
            found[at] = names[at]
    return found
