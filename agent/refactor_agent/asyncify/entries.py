"""Entry points that reach no leaf: where they may have to wait all the same.

Callers will await them, so something below them waits: an abstract method, whose implementations
are elsewhere; a callable that somebody handed in. Where there is neither, the entry point itself
becomes async, unless its result is what waits: an iterator, a function, a converted object.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.interfaces import fails
from refactor_agent.asyncify.site import Unit
from refactor_agent.asyncify.world import World
from refactor_agent.locate.overrides import is_abstract
from refactor_agent.locate.resolve.results import returned
from refactor_agent.locate.resolve.values import (
    ClassObject,
    FunctionValue,
    GeneratorValue,
    Instance,
    Value,
)

__all__ = ["open_alike", "open_idle", "seeds"]

_LATER = frozenset({"Iterator", "Iterable", "Generator", "Callable"})


def seeds(world: World, units: Mapping[str, Unit], colours: Colours) -> Iterator[str]:
    """Name functions to colour because of entry points, and open the calls that must wait."""
    for unit in units.values():
        if not _is_entry(world, unit):
            continue
        if unit.function.name in colours.coloured:
            yield from _left_to_others(world, units, colours, _reached(units, colours, unit))
            continue
        reached = _reached(units, colours, unit)
        yield from _left_to_others(world, units, colours, reached)
        if any(other.function.name in colours.coloured for other in reached):
            continue
        abstract = [u.function.name for u in reached if is_abstract(u.function)]
        found = [name for name in abstract if name not in colours.streams]
        opened = [call for other in reached for call in _open_calls(colours, other)]
        colours.opened.update(opened)
        yield from found
        if not abstract and not opened and not _is_used_later(world, units, unit):
            yield unit.function.name


def _left_to_others(
    world: World, units: Mapping[str, Unit], colours: Colours, reached: Iterable[Unit]
) -> Iterator[str]:
    """Name the methods that do nothing but fail, and that nothing here to convert overrides.

    Those that generators override elsewhere are noted as streams instead.
    """
    for unit in reached:
        owner = unit.function.owner
        if owner is None or not is_abstract(unit.function) or not fails(unit.node):
            continue
        others = [
            method
            for cls in world.evaluator.index.subclasses(owner)
            for method in cls.methods(unit.function.facts.bare)
        ]
        if any(method.name in units for method in others):
            continue
        if any(method.facts.is_generator for method in others):
            colours.streams.add(unit.function.name)
        else:
            yield unit.function.name


def open_idle(units: Mapping[str, Unit], colours: Colours, idle: Iterable[Unit]) -> None:
    """Open the calls that functions must wait for which are async and wait for nothing yet.

    What was handed to the object, or made for it, may be something unknown as well as what is
    known of it.
    """
    for unit in idle:
        for other in _reached(units, colours, unit):
            colours.opened.update(_open_calls(colours, other))
            colours.opened.update(
                (other.function.name, number)
                for number, call in enumerate(other.function.body.calls)
                if colours.origins.is_handed_in(other.function, call.func)
                or colours.origins.makers(other.function, call.func)
            )


def open_alike(units: Iterable[Unit], colours: Colours) -> None:
    """Open the calls of attributes that are made as one was whose calls are open."""
    makers = {
        maker
        for unit in units
        for name, number in colours.opened
        if name == unit.function.name
        for maker in colours.origins.makers(unit.function, unit.function.body.calls[number].func)
    }
    for unit in units if makers else ():
        for number, call in enumerate(unit.function.body.calls):
            if makers & colours.origins.makers(unit.function, call.func):
                colours.opened.add((unit.function.name, number))


def _is_entry(world: World, unit: Unit) -> bool:
    return unit.module.source.local_name(unit.node) in world.request.entries


def _reached(units: Mapping[str, Unit], colours: Colours, entry: Unit) -> list[Unit]:
    """Give the functions to convert that the entry point runs, and itself."""
    found = {entry.function.name: entry}
    waiting = [entry]
    while waiting:
        function = waiting.pop().function
        for call in function.body.calls:
            for value in colours.whence.callables(function, call.func):
                unit = units.get(value.name) if isinstance(value, FunctionValue) else None
                if unit is not None and unit.function.name not in found:
                    found[unit.function.name] = unit
                    waiting.append(unit)
    return list(found.values())


def _open_calls(colours: Colours, unit: Unit) -> Iterator[tuple[str, int]]:
    """Give the calls of callables that were handed to the object and are not known."""
    function = unit.function
    for number, call in enumerate(function.body.calls):
        func = call.func
        of_self = func is not None and func[0] == "a" and func[1] == ("p", "self")
        if of_self and colours.whence.is_unknown(function, func):
            yield function.name, number


def _is_used_later(world: World, units: Mapping[str, Unit], unit: Unit) -> bool:
    owners = (other.function.owner for other in units.values())
    own = {owner.name for owner in owners if owner is not None}
    results = returned(world.evaluator, unit.function)
    return unit.function.facts.is_generator or any(_waits_itself(v, own) for v in results)


def _waits_itself(value: Value, own: set[str]) -> bool:
    if isinstance(value, Instance):
        return value.cls in own or value.cls.rpartition(".")[2] in _LATER
    return isinstance(value, FunctionValue | ClassObject | GeneratorValue)
