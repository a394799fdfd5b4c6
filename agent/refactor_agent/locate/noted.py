"""What the rest of a project says about a region: an async twin, or a worker thread elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from refactor_agent.domain.region import Hop, Region, Twin
from refactor_agent.locate.effects import Effects
from refactor_agent.locate.elsewhere import handed_over
from refactor_agent.locate.reach import Chain, Reach

__all__ = ["Notes", "guesses", "with_notes"]


class Notes:
    """What is known of the functions on regions; all of it is found when this is made."""

    def __init__(self, effects: Effects, reach: Reach) -> None:
        self._reach = reach
        called = [name for name in reach.called() if name in effects.functions]
        self._handed: Mapping[str, tuple[Hop, ...]] = handed_over(effects) if called else {}
        twins = ((name, effects.twin_of(name)) for name in called)
        self._twins = {name: twin for name, twin in twins if twin is not None}

    @cached_property
    def _blocking(self) -> Mapping[str, frozenset[str]]:
        """The blocking calls that the twins lead to themselves."""
        return {twin: frozenset(self._reach.callees(twin)) for twin in self._twins.values()}

    def of(self, name: str) -> str:
        """Write all that is said of regions on which a function is called."""
        twin = self._twins.get(name)
        blocking = sorted(self._blocking[twin]) if twin is not None else ()
        handed = [(hop.function, hop.site.file, *hop.site.span) for hop in self.handed(name)]
        return repr((twin, blocking, handed)) if twin or handed else ""

    def handed(self, name: str) -> tuple[Hop, ...]:
        """Give the places where a function is handed to a worker thread."""
        return self._handed.get(name, ())

    def twin(self, name: str, region: Region) -> str | None:
        """Give the twin of a function on a region.

        None that itself runs the same blocking call, nor the one that the region starts in.
        """
        twin = self._twins.get(name)
        if twin is None or region.entry == twin or region.entry.startswith(f"{twin}."):
            return None
        return None if region.callee in self._blocking[twin] else twin


def with_notes(region: Region, notes: Notes) -> Region:
    """Add to a region the twin of a sync function on it, and where one is offloaded.

    Of several the one nearest to the async function counts.
    """
    called = [hop.callee for hop in region.hops]
    twins = ((name, notes.twin(name, region)) for name in called)
    twin = next((Twin(of=helper, name=name) for helper, name in twins if name), None)
    elsewhere = _elsewhere(called, region, notes)
    if twin is None and elsewhere is None:
        return region
    return region.model_copy(update={"twin": twin, "offloaded_at": elsewhere})


def guesses(chains: Iterable[Chain]) -> Callable[[Chain], bool]:
    """Give what tells of the chains of a file which ones only guess what others know.

    A call that seems to wait because its twin does is a guess where it is known what it waits for.
    """
    every = [(chain.first.effect, chain.length) for chain in chains]
    known = {(effect.place, effect.target) for effect, length in every if length > 1}
    return lambda chain: (
        chain.length == 1 and (chain.first.effect.place, chain.blocker.callee) in known
    )


def _elsewhere(called: Iterable[str], region: Region, notes: Notes) -> Hop | None:
    handed = [hop for name in called for hop in notes.handed(name)]
    here = {hop.site for hop in region.hops} if handed else ()
    return next((hop for hop in handed if hop.site not in here), None)
