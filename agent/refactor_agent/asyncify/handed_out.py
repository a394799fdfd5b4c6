"""Functions that are given to library code, which would call them and not await."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from refactor_agent.asyncify.world import CallSite, World
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import (
    External,
    ExternalMethod,
    FunctionValue,
    Value,
    Values,
)

__all__ = ["handed_out"]

_PASS_ON = frozenset({"functools.partial", "functools.wraps", "functools.update_wrapper"})
"""Calls that give back what they are given, in another shape."""

_COMPARING = frozenset({"atexit.unregister"})
"""Calls that only look for what they are given."""

_ASK = ("builtins.", "inspect.", "asyncio.", "typing.", "anyio.")
"""Libraries whose functions only look at a function, or await it."""

_CALLING = frozenset(
    f"builtins.{name}" for name in ("filter", "iter", "list.sort", "map", "max", "min", "sorted")
)
"""Builtins that call what they are given."""


def handed_out(world: World, tasks: Collection[CallSite]) -> dict[str, str]:
    """Give the functions that library code will call, each with the name of who is given it.

    What ``tasks`` are given is left out: threads that would be tasks.
    """
    left_out = {(site.function.name, site.number) for site in tasks}
    found: dict[str, str] = {}
    for module in world.modules.values():
        for caller in module.facts.functions:
            for function, receiver in _handed(world, caller, left_out):
                found.setdefault(function, receiver)
    return found


def _handed(
    world: World, caller: ProjectFunction, left_out: Collection[tuple[str, int]]
) -> Iterator[tuple[str, str]]:
    evaluator = world.evaluator
    for number, call in enumerate(caller.body.calls):
        if (caller.name, number) in left_out:
            continue
        terms = [*call.args, *(term for _, term in call.keywords)]
        functions = [
            value.name
            for term in terms
            for value in evaluator.term(caller, term)
            if isinstance(value, FunctionValue)
        ]
        receiver = _library(world, evaluator.term(caller, call.func)) if functions else None
        if receiver is not None:
            yield from ((function, receiver) for function in functions)


def _library(world: World, callees: Values) -> str | None:
    names = [name for value in callees if (name := _name(value)) is not None]
    if not names or len(names) != len(callees):
        return None
    name = world.evaluator.libraries.canonical(names[0])
    is_asking = name.startswith(_ASK) and name not in _CALLING
    if name in _PASS_ON | _COMPARING or is_asking or world.leaves.is_asked(name):
        return None
    return name


def _name(value: Value) -> str | None:
    if isinstance(value, External):
        return value.name
    return value.qualified if isinstance(value, ExternalMethod) else None
