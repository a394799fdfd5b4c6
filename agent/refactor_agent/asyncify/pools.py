"""Pools of threads that are given what waits: they become pools of tasks.

``with ThreadPoolExecutor(4) as pool: pool.map(fetch, urls)`` runs four calls of ``fetch`` at once.
Where ``fetch`` becomes async, a thread would only make coroutines. A pool of tasks runs as many of
them at once, and still sends plain functions to threads. So a pool may be given both; but all that
is done with it has to be known: it is made, and used, in what is converted. What is submitted to a
pool that comes from elsewhere becomes a task by itself, and that pool is left to others.
"""

from __future__ import annotations

from collections.abc import Iterable

from refactor_agent.asyncify.leaves.stdlib import COMPANIONS, POOLS
from refactor_agent.asyncify.whence import Whence
from refactor_agent.asyncify.world import CallSite, World
from refactor_agent.locate.resolve.classes import linearise
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    ExternalMethod,
    FunctionValue,
    Instance,
    Value,
)
from refactor_agent.locate.terms import Term, leaves

__all__ = ["Pools", "find_pools"]

_HANDING = frozenset({"apply_async", "map", "submit"})
"""Methods that a pool of tasks has, and that take a function first."""
_SETTINGS = frozenset({"max_workers", "processes", "thread_name_prefix"})
"""What both kinds of pools can be made with."""
_DEPTH = 5


class Pools:
    """The pools of threads in what is converted, and what they are given."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._evaluator = world.evaluator
        self._whence = Whence(world)
        self.handing: list[CallSite] = []
        """The calls that give a function to a pool that is made here."""
        self.submitted: list[CallSite] = []
        """Those that submit one to a pool from elsewhere."""
        self.given: set[Value] = set()
        """The functions that are given to either."""
        self.to_others: set[Value] = set()
        """Those that are submitted to pools from elsewhere: they have to be tasks."""
        self._kinds: set[str] = set()
        self._companions: set[str] = set()
        self._open = False
        """Whether something else is done with a pool from elsewhere."""

    @property
    def names(self) -> tuple[str, ...]:
        """The classes to be made leaves, with what goes with them."""
        return (*self._kinds, *(name for kind in self._companions for name in COMPANIONS[kind]))

    def settle(self) -> None:
        """Leave all pools as they are where not all futures become tasks: they look alike."""
        if self._open:
            self.handing, self.submitted, self.given, self.to_others = [], [], set(), set()
            self._kinds, self._companions = set(), set()

    def add(self, caller: ProjectFunction, number: int) -> None:
        """Note a call where it gives a pool something to call."""
        call = caller.body.calls[number]
        kind = self._kind(caller, call.func) if call.args else None
        if kind is None or call.func is None:
            return
        functions = set(self._whence.callables(caller, call.args[0]))
        self.given |= functions
        self._companions.add(kind)
        if self._is_made(caller, call.func[1]):
            self.handing.append(CallSite(caller, number))
            self._kinds.add(kind)
        elif call.func[2] == "submit" and functions:
            self.submitted.append(CallSite(caller, number))
            self.to_others |= functions
        else:
            self._open = True

    def _kind(self, caller: ProjectFunction, func: Term) -> str | None:
        if func is None or func[0] != "a" or func[2] not in _HANDING:
            return None
        for value in self._evaluator.term(caller, func):
            if isinstance(value, ExternalMethod) and value.receiver.cls in POOLS:
                return value.receiver.cls
        return None

    def _is_made(self, home: ProjectFunction, term: Term, depth: int = 0) -> bool:
        """Say whether all that ``term`` may be is made in what is converted."""
        found = list(leaves(home.body.definitions, term))
        return bool(found) and all(self._is_one(home, one, depth + 1) for one in found)

    def _is_one(self, home: ProjectFunction, term: Term, depth: int) -> bool:
        if term is None or depth > _DEPTH:
            return False
        if term[0] == "#":
            return term[1] is None
        if term[0] in "wA":
            return self._is_made(home, term[-1], depth)
        if term[0] == "k":
            return self._is_maker(home, term[1], depth)
        if term[0] == "n":
            return self._is_item(home, term, depth)
        return term[0] == "a" and self._is_attribute(home, term, depth)

    def _is_item(self, home: ProjectFunction, term: Term, depth: int) -> bool:
        """Say whether one of several things that a function gives is made in what is converted."""
        assert term is not None  # noqa: S101 - the caller looked
        found = list(leaves(home.body.definitions, term[1]))
        values = [
            value
            for one in found
            if one[0] == "k"
            for value in self._evaluator.term(home, home.body.calls[one[1]].func)
        ]
        returns = [
            (function, one)
            for value in values
            if isinstance(value, FunctionValue)
            for function in [self._evaluator.index.functions[value.name]]
            for one in function.body.returns
        ]
        return bool(returns) and all(
            one is not None
            and one[0] == "t"
            and term[2] in range(len(one[1]))
            and self._is_made(function, one[1][term[2]], depth)
            for function, one in returns
        )

    def _is_maker(self, home: ProjectFunction, number: int, depth: int) -> bool:
        call = home.body.calls[number]
        values = self._evaluator.term(home, call.func)
        if values and all(map(_is_pool, values)):
            plain = {name for name, _ in call.keywords} <= _SETTINGS and len(call.args) < 2
            return plain and self._world.is_converted(home)
        functions = [v for v in values if isinstance(v, FunctionValue)]
        return len(functions) == len(values) == 1 and self._gives(functions[0].name, depth)

    def _gives(self, name: str, depth: int) -> bool:
        function = self._evaluator.index.functions[name]
        returns = function.body.returns
        return bool(returns) and all(self._is_made(function, one, depth) for one in returns)

    def _is_attribute(self, home: ProjectFunction, term: Term, depth: int) -> bool:
        assert term is not None  # noqa: S101 - the caller looked
        owners = [
            self._evaluator.index.classes.get(getattr(value, "cls", ""))
            for value in self._evaluator.term(home, term[1])
        ]
        if not owners or None in owners:
            return False
        return all(self._is_kept(cls, term[2], depth) for cls in owners if cls is not None)

    def _is_kept(self, cls: ProjectClass, name: str, depth: int) -> bool:
        for base in linearise(self._evaluator, cls):
            if not isinstance(base, ProjectClass):
                continue
            for method in base.methods(name):
                return self._gives(method.name, depth)
            homes = [
                (base.module.functions[item.function], item.term)
                for item in base.facts.attributes.get(name, ())
                if item.term is not None or item.annotation is None
            ]
            if homes:
                return all(self._is_made(home, item, depth) for home, item in homes)
        return False


def find_pools(world: World) -> Pools:
    """Read what is converted for pools of threads that are given functions."""
    pools = Pools(world)
    for caller in _callers(world):
        for number in range(len(caller.body.calls)):
            pools.add(caller, number)
    pools.settle()
    return pools


def _callers(world: World) -> Iterable[ProjectFunction]:
    return (
        function
        for module in world.modules.values()
        for function in module.facts.functions
        if world.is_converted(function)
    )


def _is_pool(value: Value) -> bool:
    name = value.cls if isinstance(value, ClassObject | Instance) else ""
    return (value.name if isinstance(value, External) else name) in POOLS
