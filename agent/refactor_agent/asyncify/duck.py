"""Methods that only async classes have: what to do where the type of the object is unknown."""

from __future__ import annotations

from collections.abc import Callable

from refactor_agent.asyncify.leaves import Leaves, Member
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction

__all__ = ["EVERYDAY", "by_name_alone"]

EVERYDAY = (
    frozenset(
        name
        for kind in (
            str,
            bytes,
            bytearray,
            int,
            float,
            list,
            tuple,
            dict,
            set,
            frozenset,
            type,
            object,
        )
        for name in dir(kind)
    )
    | frozenset(dir(open.__class__))
    | {"read", "write", "readline", "close", "flush", "acquire"}
)
"""Methods of everyday objects: their names say nothing."""


def by_name_alone(
    evaluator: Evaluator, leaves: Leaves, name: str, of: Callable[[ProjectFunction], Member | None]
) -> Member | None:
    """Say how a method is called on an object of unknown type.

    Only where every sync class of the project and of the leaves' libraries that has such a method
    has it awaited, or read with ``async for``, under one name: left as it is, the call would surely
    be wrong. A method that only hands on to another object's of the same name goes by what the
    others are.
    """
    if name in EVERYDAY or name.startswith("__"):
        return None
    found: set[Member] = set()
    for cls in evaluator.index.classes_with(name):
        if cls.module.is_test or leaves.is_counterpart(cls.name):
            continue
        methods = cls.methods(name)
        if any(method.facts.is_async for method in methods):
            continue
        member = of(methods[0])
        if member is None and _hands_on(evaluator, methods[0]):
            continue
        if member is None or not (member.awaited or member.gives == "iterator"):
            return None
        found.add(member._replace(weak=False))
    return found.pop() if len(found) == 1 else None


def _hands_on(evaluator: Evaluator, method: ProjectFunction) -> bool:
    """Say whether a method calls one of its name on an object of which nothing is known."""
    return any(
        call.func is not None
        and call.func[0] == "a"
        and call.func[2] == method.facts.bare
        and not evaluator.term(method, call.func)
        for call in method.body.calls
    )
