"""Wrappers of the project's decorators, which have the colour of what they lie around."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.site import Site, Unit
from refactor_agent.locate.resolve.values import FunctionValue

__all__ = ["around_plain", "waits_itself", "wrappers_left"]


def waits_itself(unit: Unit, sites: Iterable[Site], colours: Colours) -> bool:
    """Say whether a wrapper waits for more than what it lies around, so that this waits with it."""
    name = unit.function.name
    if name not in colours.wrapping or name not in colours.coloured:
        return False
    if name in colours.world.request.seeds:
        return True
    inner = frozenset(colours.whence.decorated.wrapped_by(name))
    asked = ((site, site.ask(colours)) for site in sites)
    waits = [site for site, member in asked if member is not None and site.suspends(member)]
    return any(not _calls(site, inner, colours) for site in waits)


def _calls(site: Site, inner: frozenset[str], colours: Colours) -> bool:
    call = getattr(site, "call", None)
    if call is None:
        return False
    values = colours.whence.callables(call.function, call.facts.func)
    return all(isinstance(value, FunctionValue) and value.name in inner for value in values)


def around_plain(colours: Colours) -> set[str]:
    """Name the async wrappers that functions which stay plain need as well."""
    return {
        name
        for name, wrapper in colours.wrapping.items()
        if not wrapper.is_method and colours.turned(name) and any(_plain(colours, name))
    }


def wrappers_left(colours: Colours, units: Iterable[Unit]) -> Iterator[tuple[str, str]]:
    """Name what became async and is wrapped by what can't follow, with a sentence for each."""
    known = {unit.function.name for unit in units}
    for name in sorted(colours.wrapping):
        inner = colours.whence.decorated.wrapped_by(name)
        turned = sorted(one for one in inner if colours.turned(one) and one in known)
        wrapper = colours.wrapping[name]
        if turned and name not in colours.coloured:
            text = f"{turned[0]} would wait, and {name}, which lies around it, can't be made to"
            yield turned[0], text
        elif wrapper.is_method and name in known and colours.turned(name):
            for other in _plain(colours, name):
                text = f"{name} lies around {other} as well, which stays plain; part the two"
                yield name, text


def _plain(colours: Colours, name: str) -> Iterator[str]:
    index = colours.world.evaluator.index
    for other in colours.whence.decorated.wrapped_by(name):
        if other not in colours.coloured and not index.functions[other].facts.is_async:
            yield other
