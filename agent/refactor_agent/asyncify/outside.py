"""Functions of the project that are not to be converted, and would have had to wait.

What is converted calls them; left as they are they wait on the sync side of a leaf, or are given
the async one and don't await what it gives.
"""

from __future__ import annotations

from collections.abc import Iterator

from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.refusals import Refusals
from refactor_agent.asyncify.world import CallSite, World
from refactor_agent.domain.place import Site, Span
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import FunctionValue

__all__ = ["note_outside"]


def note_outside(world: World, colours: Colours, refusals: Refusals) -> None:
    """Name the functions, of no class, that are not converted and call a leaf.

    What calls converted functions themselves is for the one to say who chose what is converted.
    """
    uses = _Uses(world, colours)
    for module in world.modules.values():
        for call in module.calls.values():
            if not world.is_converted(call.function):
                continue
            for name in _called(world, call):
                used = uses.of(name)
                if used:
                    text = f"{name} calls {used} and is not among what is converted; name its file"
                    site = Site(module.source.file, Span(*call.facts.place))
                    refusals.add("outside", text, site)


def _called(world: World, call: CallSite) -> Iterator[str]:
    for value in world.evaluator.term(call.function, call.facts.func):
        if isinstance(value, FunctionValue):
            yield value.name


class _Uses:
    """Which functions call a leaf, themselves or by others that are not converted."""

    def __init__(self, world: World, colours: Colours) -> None:
        self._world = world
        self._colours = colours
        self._packages = {module.facts.name.partition(".")[0] for module in world.modules.values()}
        self._known: dict[str, str] = {}

    def of(self, name: str) -> str:
        """Name what it calls; empty where it is converted, async, or calls no such thing."""
        if name not in self._known:
            self._known[name] = ""  # while it is being asked, it adds nothing
            function = self._world.evaluator.index.functions[name]
            if self._is_outside(function):
                self._known[name] = next(self._used(function), "")
        return self._known[name]

    def _is_outside(self, function: ProjectFunction) -> bool:
        module = function.module
        return (
            not module.is_test
            and not function.facts.is_async
            and function.owner is None
            and module.name.partition(".")[0] in self._packages
            and not self._world.is_converted(function)
        )

    def _used(self, function: ProjectFunction) -> Iterator[str]:
        for number, call in enumerate(function.body.calls):
            names = list(_called(self._world, CallSite(function, number)))
            if any(self._colours.turned(name) for name in names):
                continue
            member = self._colours.called(function, call.func)
            if member is not None and not member.weak and _waits(member):
                yield member.old or member.name
            yield from filter(None, map(self.of, names))


def _waits(member: Member) -> bool:
    return member.awaited or member.gives != "value"
