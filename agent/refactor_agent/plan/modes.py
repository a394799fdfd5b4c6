"""How a function becomes async: in place, or as a twin beside the sync original."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from keyword import iskeyword

from refactor_agent.domain.callgraph import Call
from refactor_agent.domain.place import Site
from refactor_agent.domain.plan import Colour
from refactor_agent.domain.twins import TWIN_NAMES, TwinName, beside
from refactor_agent.plan.facts import Facts
from refactor_agent.plan.sightings import Sightings

__all__ = ["Modes"]


class Modes:
    """Decides for the functions that are coloured anywhere in the plan."""

    def __init__(self, facts: Facts, sightings: Sightings, scripts: Collection[str]) -> None:
        self._facts = facts
        self._sightings = sightings
        self._scripts = scripts

    def colours(
        self, coloured: Collection[str], edited: Mapping[tuple[str, Site], str]
    ) -> Mapping[str, Colour]:
        """Give each function its colour; ``edited`` are the calls that the plan changes."""
        twins = {name for name in coloured if self._must_stay_sync(name, edited)}
        waiting = list(twins)
        while waiting:
            for name in self._follow(waiting.pop(), set(coloured)):
                if name not in twins:
                    twins.add(name)
                    waiting.append(name)
        return {name: self._colour(name, is_twin=name in twins) for name in coloured}

    def _follow(self, name: str, coloured: set[str]) -> Iterator[str]:
        """Name what the sync original of a twin goes on needing, and what is called like it."""
        function = self._facts.function(name)
        yield from () if function is None else (f for f in function.family if f in coloured)
        graph = self._facts.graph
        for call in (*graph.calls_in(name), *graph.calls_of(name)):
            yield from (callee for callee in call.callees if callee in coloured)

    def _must_stay_sync(self, name: str, edited: Mapping[tuple[str, Site], str]) -> bool:
        function = self._facts.graph.functions[name]
        if function.exported or name in self._scripts:
            return True
        if self._facts.graph.references_to(name) or self._sightings.may_be_used_unseen(name):
            return True
        calls = self._facts.graph.calls_of(name)
        return not all(self._is_edited(call, edited) for call in calls)

    def _is_edited(self, call: Call, edited: Mapping[tuple[str, Site], str]) -> bool:
        return edited.get((call.caller, call.site)) == "await" and not call.offloaded

    def _colour(self, name: str, *, is_twin: bool) -> Colour:
        bare = name.rpartition(".")[2]
        ref = self._facts.ref(name)
        if not is_twin:
            return Colour(function=ref, mode="in_place", new_name=bare)
        ways = (beside(name, twin) for twin in (self._convention, *TWIN_NAMES))
        new = next(filter(self._is_free, ways), f"{name}_as_async")
        return Colour(function=ref, mode="twin", new_name=new.rpartition(".")[2])

    def _is_free(self, name: str) -> bool:
        return not iskeyword(name.rpartition(".")[2]) and self._facts.function(name) is None

    @cached_property
    def _convention(self) -> TwinName:
        """The project's own way to name twins, or ``_async`` behind the name."""
        seen: Counter[TwinName] = Counter()
        for function in self._facts.graph.functions.values():
            if not function.is_async and not function.is_test:
                seen.update(self._twins_of(function.name))
        return max(TWIN_NAMES, key=lambda convention: seen[convention])

    def _twins_of(self, name: str) -> Iterator[TwinName]:
        """Give the conventions by which ``name`` has an async twin already."""
        for convention in TWIN_NAMES:
            twin = self._facts.function(beside(name, convention))
            if twin is not None and twin.is_async:
                yield convention
