"""Functions that become async and are given to something of which nothing is known."""

from __future__ import annotations

from collections.abc import Iterator

from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.refusals import Refusals
from refactor_agent.asyncify.world import CallSite, Module, World
from refactor_agent.domain.place import Site, Span
from refactor_agent.locate.resolve.values import FunctionValue

__all__ = ["note_handed_on"]


def note_handed_on(world: World, colours: Colours, refusals: Refusals) -> None:
    """Say where it is not known whether an async function that is handed on will be awaited."""
    for module in world.modules.values():
        for call in module.calls.values():
            for name in _given(world, colours, call):
                text = (
                    f"{name} becomes async, and who takes it here is not known; see that it waits"
                )
                refusals.add("handed-on", text, _place(module, call))


def _given(world: World, colours: Colours, site: CallSite) -> Iterator[str]:
    terms = [*site.facts.args, *(term for _, term in site.facts.keywords)]
    found = {
        value.name
        for term in terms
        for value in (world.evaluator.term(site.function, term) if term is not None else ())
        if isinstance(value, FunctionValue) and colours.turned(value.name)
    }
    if found and not colours.whence.callables(site.function, site.facts.func):
        yield from sorted(found)


def _place(module: Module, site: CallSite) -> Site:
    return Site(module.source.file, Span(*site.facts.place))
