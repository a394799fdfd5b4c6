"""The fixed point: from the leaves upward, until nothing more has to wait."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from refactor_agent.asyncify.called_by_base import called_by_base
from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.constructors import Deferral, find_deferrals
from refactor_agent.asyncify.constructs import find_sites
from refactor_agent.asyncify.constructs.at_exit import AtExitSite
from refactor_agent.asyncify.constructs.joined_threads import JoinedThread
from refactor_agent.asyncify.constructs.threads import ThreadSite
from refactor_agent.asyncify.contracts import owed
from refactor_agent.asyncify.entries import open_alike, open_idle, seeds
from refactor_agent.asyncify.handed_out import handed_out
from refactor_agent.asyncify.interfaces import the_rest
from refactor_agent.asyncify.protocols import iterates, partners
from refactor_agent.asyncify.refusals import Refusals
from refactor_agent.asyncify.site import Site, Unit
from refactor_agent.asyncify.uncolourable import why_no_property, why_not
from refactor_agent.asyncify.world import CallSite, World
from refactor_agent.asyncify.wrappers import around_plain, waits_itself, wrappers_left
from refactor_agent.domain.place import Site as Place
from refactor_agent.locate.families import families

__all__ = ["Colouring", "colour"]


class Colouring:
    """The outcome: which functions are async, and the places that make them wait."""

    def __init__(self, world: World, refusals: Refusals) -> None:
        self.units = [Unit(module, node, fn) for module, node, fn in world.functions()]
        self.sites: Mapping[Unit, list[Site]] = {unit: find_sites(unit) for unit in self.units}
        self.colours = Colours(world, [unit.function.name for unit in self.units])
        self._by_name = {unit.function.name: unit for unit in self.units}
        self._families = families(world.evaluator)
        self._threads = [
            site for sites in self.sites.values() for site in sites if isinstance(site, ThreadSite)
        ]
        tasks = [s.call for s in self._threads if world.leaves.tasks and s.read() is not None]
        known = [*tasks, *self._calls_of(AtExitSite), *self._calls_of(JoinedThread)]
        self._handed_out = handed_out(world, [*known, *world.pooled, *world.submitted])
        self._overloads = _overloads(self.units)
        self.deferrals: tuple[Deferral, ...] = ()
        """Constructors of which something is done later, because they can't wait."""
        self._constructors: dict[Unit, tuple[tuple[str, str], Place]] = {}
        """Those that would have to, with what there is to say of it."""
        self._refusals = refusals
        self._world = world

    def _calls_of(self, kind: type[AtExitSite | JoinedThread]) -> list[CallSite]:
        every = (site for sites in self.sites.values() for site in sites)
        return [site.call for site in every if isinstance(site, kind)]

    def run(self) -> None:
        """Colour the entry points and everything that has to wait."""
        for name in (*owed(self._world, self.units), *self._world.request.seeds):
            self._colour(name)
        self._spread()
        before = frozenset(self.colours.coloured)
        for name in seeds(self._world, self._by_name, self.colours):
            self._colour(name)
        self._spread()
        open_idle(self._by_name, self.colours, self._idle(self.colours.coloured - before))
        self._spread()
        open_alike(self.units, self.colours)
        self._spread()
        if self._world.request.entries:
            self._complete_interfaces()
        self._settle_wrappers()
        self._settle_constructors()

    def _settle_constructors(self) -> None:
        """Say what of constructors is done later, and which can't do that either."""
        if self._world.request.late_constructors:
            found = find_deferrals(self._constructors, self.sites, self.colours)
            self.deferrals = tuple(found)
        late = {deferral.unit for deferral in self.deferrals}
        for unit, (reason, place) in self._constructors.items():
            if unit not in late:
                self._refusals.add(*reason, place)

    def _settle_wrappers(self) -> None:
        """Say which wrappers serve both colours, and which can't."""
        self.colours.in_both = around_plain(self.colours)
        for name, message in wrappers_left(self.colours, self.units):
            unit = self._by_name[name]
            self._refusals.add("decorator", message, unit.module.source.site(unit.node))

    def _complete_interfaces(self) -> None:
        """Colour the rest of interfaces that wait, unless who uses it can't wait."""
        for names in tuple(the_rest(self.units, self.colours.coloured)):
            coloured, renamed = set(self.colours.coloured), dict(self.colours.renamed)
            refused, stuck = len(self._refusals.all()), dict(self._constructors)
            for name in names:
                self._colour(name)
            self._spread()
            if len(self._refusals.all()) > refused or self._constructors.keys() > stuck.keys():
                self.colours.coloured, self.colours.renamed = coloured, renamed
                self._constructors = stuck
                self._refusals.keep(refused)

    def _idle(self, names: Iterable[str]) -> list[Unit]:
        """Give those functions that are async and wait for nothing."""
        units = [self._by_name[name] for name in sorted(names)]
        return [unit for unit in units if not self._suspends(unit)]

    def _suspends(self, unit: Unit) -> bool:
        asked = ((site, site.ask(self.colours)) for site in self.sites[unit])
        return any(member is not None and site.suspends(member) for site, member in asked)

    def _spread(self) -> None:
        changed = True
        while changed:
            before = self._state()
            for unit in self.units:
                if unit.function.name not in self.colours.coloured and self._waits(unit):
                    self._colour(unit.function.name)
            for unit in self.units:
                if waits_itself(unit, self.sites[unit], self.colours):
                    for name in self.colours.whence.decorated.wrapped_by(unit.function.name):
                        self._colour(name)
            for unit in self.units:
                if iterates(unit, self.colours):
                    self.colours.renamed[unit.function.name] = "__aiter__"
            asked = [site.ask(self.colours) for site in self._threads]
            self.colours.tasks |= any(member is not None for member in asked)
            self.colours.threads = None in asked
            self.colours.of_either_colour = any(m is not None and m.maybe for m in asked)
            changed = before != self._state()

    def _state(self) -> tuple[int, int, bool]:
        colours = self.colours
        return len(colours.coloured), len(colours.renamed), colours.tasks

    def _waits(self, unit: Unit) -> bool:
        for site in self.sites[unit]:
            member = site.ask(self.colours)
            if member is not None and site.suspends(member):
                return self._may(unit, site)
        return False

    def _may(self, unit: Unit, site: Site) -> bool:
        reason = self._why_not(unit) or why_no_property(unit, site)
        if reason is None:
            return True
        source = unit.module.source
        place = Place(source.file, source.span(site.node))
        if reason[0] == "constructor":
            self._constructors[unit] = (reason, place)
        else:
            self._refusals.add(*reason, place)
        return False

    def _why_not(self, unit: Unit) -> tuple[str, str] | None:
        name = unit.function.name
        base = called_by_base(self._world.evaluator, unit.function)
        if base is not None and not self._world.leaves.is_asked(base):
            text = f"{name} is called by {base}, which would not await it; make it no subclass"
            return "callback", text
        receiver = self._handed_out.get(name)
        if receiver is not None:
            text = f"{name} is called by {receiver}, which would not await it"
            return "callback", text + _hint(receiver)
        return why_not(unit, properties=self._world.request.awaited_properties)

    def _colour(self, name: str) -> None:
        """Colour a function and all that are one with it."""
        waiting = [name]
        while waiting:
            current = waiting.pop()
            unit = self._by_name.get(current)
            if current in self.colours.coloured or unit is None:
                continue
            reason = self._why_not(unit)
            if reason is not None:
                self._refusals.add(*reason, unit.module.source.site(unit.node))
                continue
            self.colours.coloured.add(current)
            waiting.extend(self._families.get(current, ((), False))[0])
            waiting.extend(self._overloads.get(current, ()))
            waiting.extend(partners(unit, self._world.evaluator))


def _hint(receiver: str) -> str:
    if receiver != "threading.Thread":
        return ""
    return (
        "; if a task does as well, say threading.Thread: asyncio.create_task, and start it at once"
    )


def _overloads(units: Iterable[Unit]) -> Mapping[str, tuple[str, ...]]:
    """Give the definitions of the same name: overloads and their implementation."""
    groups: dict[str, list[str]] = defaultdict(list)
    for unit in units:
        if not unit.function.has_decorator("setter", "deleter"):
            groups[unit.function.name.partition("#")[0]].append(unit.function.name)
    return {name: tuple(group) for group in groups.values() for name in group if len(group) > 1}


def colour(world: World, refusals: Refusals) -> Colouring:
    """Find the functions that become async."""
    colouring = Colouring(world, refusals)
    colouring.run()
    return colouring
