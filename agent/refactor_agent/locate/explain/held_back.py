"""What a call would run that blocks, if other arguments were passed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from refactor_agent.locate.blocking import Blocker
from refactor_agent.locate.effects import Effect, Effects
from refactor_agent.locate.given import OBJECT
from refactor_agent.locate.may_block import lead_to_blocker
from refactor_agent.locate.naming import plain_name
from refactor_agent.locate.reach import At, Reach
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.summary import Guard

__all__ = ["HeldBack", "held_back"]


class HeldBack(NamedTuple):
    """Something that a function runs only where a parameter is otherwise than it is here."""

    function: str
    guard: Guard
    value: str
    callee: str

    def __str__(self) -> str:
        """Say it in one line."""
        value = _named(self.value)
        return (
            f"{plain_name(self.function)} runs {plain_name(self.callee)} only where"
            f" {_said(self.guard)}, and here `{self.guard.parameter}` is {value}"
        )


def _named(value: str) -> str:
    """Say what a parameter is: a constant, an object, or one of classes that are known."""
    if value == OBJECT:
        return "an object"
    known = ast.literal_eval(value)
    if not isinstance(known, set):
        return value
    return "of " + " or ".join(f"`{name.rpartition('.')[2]}`" for name in sorted(known))


def _said(guard: Guard) -> str:
    name, against = guard.parameter, guard.against
    if guard.test == "isa":
        return f"`{name}` is of another class"
    if guard.test == "true":
        return f"`{name}` is {'true' if guard.wanted else 'false'}"
    words = {"is": ("is", "is not"), "==": ("==", "!="), "in": ("in", "not in")}[guard.test]
    return f"`{name} {words[not guard.wanted]} {against}`"


def held_back(
    effects: Effects, reach: Reach, function: ProjectFunction, effect: Effect
) -> Iterator[HeldBack]:
    """Give what ``effect`` of ``function`` does not lead to, for what is passed on the way."""
    waiting = [(at, [effect]) for at in reach.run_as(function.name)]
    seen: set[At] = set()
    while waiting:
        at, own = waiting.pop()
        for one in own:
            failing = [*reach.flags.failing(at.name, at.known, one.place)]
            if failing and _blocks(effects, one):
                target = one.target
                callee = target.callee if isinstance(target, Blocker) else target
                yield from (HeldBack(at.name, guard, value, callee) for guard, value in failing)
            for following in () if failing else reach.leads_to(at, one):
                if following not in seen:
                    seen.add(following)
                    waiting.append((following, [*effects.of(effects.functions[following.name])]))


def _blocks(effects: Effects, effect: Effect) -> bool:
    target = effect.target
    return isinstance(target, Blocker) or lead_to_blocker(effects, [effects.functions[target]])
