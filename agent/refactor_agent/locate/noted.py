"""What the rest of a project says about a region: an async twin, or a worker thread elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from refactor_agent.domain.region import Hop, Region, Twin
from refactor_agent.locate.effects import Effects
from refactor_agent.locate.elsewhere import handed_over
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.twins import twin_of

__all__ = ["with_notes"]


def with_notes(regions: Iterable[Region], effects: Effects) -> tuple[Region, ...]:
    """Add to each region the twin of a sync function on it, and where one is offloaded.

    Of several the one nearest to the async function counts. A twin that itself runs the same
    blocking call is none, and neither is the async function the region starts in. What seems to
    wait only because its twin does is left out where it is known what it waits for.
    """
    found = _without_guesses(tuple(regions))
    if not any(hop.callee in effects.functions for region in found for hop in region.hops):
        return found
    notes = _Notes(effects, {(region.entry, region.callee) for region in found})
    return tuple(notes.add(region) for region in found)


def _without_guesses(regions: tuple[Region, ...]) -> tuple[Region, ...]:
    known = {(region.hops[0].site, region.hops[0].callee) for region in regions if region.hops[1:]}
    return tuple(
        region
        for region in regions
        if region.hops[1:] or (region.hops[0].site, region.callee) not in known
    )


class _Notes:
    def __init__(self, effects: Effects, blocking: Collection[tuple[str, str]]) -> None:
        self._effects = effects
        self._blocking = blocking
        self._handed: Mapping[str, tuple[Hop, ...]] = handed_over(effects)
        self._twins: dict[str, ProjectFunction | None] = {}
        """By what is called; ``None`` for what has none, or is no function of the project."""

    def add(self, region: Region) -> Region:
        """Give the region with what is known of the functions on it."""
        called = [hop.callee for hop in region.hops]
        twins = ((name, self._twin(name, region)) for name in called if self._known(name))
        twin = next((Twin(of=helper, name=name) for helper, name in twins if name), None)
        elsewhere = self._elsewhere(called, region)
        if twin is None and elsewhere is None:
            return region
        return region.model_copy(update={"twin": twin, "offloaded_at": elsewhere})

    def _elsewhere(self, called: Iterable[str], region: Region) -> Hop | None:
        handed = [hop for name in called for hop in self._handed.get(name, ())]
        here = {hop.site for hop in region.hops} if handed else ()
        return next((hop for hop in handed if hop.site not in here), None)

    def _known(self, name: str) -> ProjectFunction | None:
        """Give the twin of what is called so; thousands of regions share the few that have one."""
        try:
            return self._twins[name]
        except KeyError:
            function = self._effects.functions.get(name)
            twin = twin_of(self._effects.evaluator, function) if function else None
            self._twins[name] = twin
            return twin

    def _twin(self, helper: str, region: Region) -> str | None:
        twin = self._twins[helper]
        if twin is None or region.entry == twin.name or region.entry.startswith(f"{twin.name}."):
            return None
        return None if (twin.name, region.callee) in self._blocking else twin.name
