"""Arguments that the async side of a pair takes by keyword alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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


def by_keyword(
    colours: Calling, site: CallSite, given: Sequence[cst.Arg]
) -> Mapping[int, str] | None:
    """Give, by position, the names under which the async side takes what is ``given``.

    Empty where the call fits as it is, or where the source of either side is not at hand; ``None``
    where the async side has no place for it.
    """
    for value in colours.whence.callables(site.function, site.facts.func):
        for sync, aio in _sides(colours, value):
            return _moved(sync.facts.parameters[1:], aio.facts.parameters[1:], given)
    return _NONE


def _sides(colours: Calling, value: Value) -> Iterator[tuple[ProjectFunction, ProjectFunction]]:
    """Give the two methods that a call runs: constructors, or a method and its counterpart."""
    index = colours.evaluator.index
    if isinstance(value, ClassObject):
        target = colours.world.leaves.counterpart(value)
        aio = index.classes.get(target or "")
        names, sync = ("__init__", "__init__"), index.classes.get(value.cls)
    elif isinstance(value, FunctionValue) and value.receiver is not None:
        method = index.functions[value.name]
        sync, member = method.owner, colours.world.leaves.member(value)
        target = colours.world.leaves.counterpart(ClassObject(sync.name)) if sync else None
        aio = index.classes.get(target or "")
        names = method.facts.bare, member.name if member is not None else ""
    else:
        return
    if sync is None or aio is None:
        return
    old = find_methods(colours.evaluator, sync, names[0])
    new = find_methods(colours.evaluator, aio, names[1])
    if old and new and not any(map(_is_static, (old[0], new[0]))):
        yield old[0], new[0]


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
