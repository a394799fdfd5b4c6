"""Change sets before they are put in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

from refactor_agent.domain.plan import Attempt, ChangeSet, Colour, FunctionRef, Refusal
from refactor_agent.domain.region import Region
from refactor_agent.plan.attempts import demote_attempt, native_attempt, offload_attempt
from refactor_agent.plan.choices import Choices
from refactor_agent.plan.groups import group_entries
from refactor_agent.plan.native import NativeLeaves
from refactor_agent.plan.reasons import in_order, leaves_room_for_a_model
from refactor_agent.plan.titles import slug, title

__all__ = ["Drafts"]


class Drafts:
    """Cuts the regions into change sets; their ids have no number yet."""

    def __init__(
        self, choices: Choices, leaves: NativeLeaves, in_threads: Callable[[], Choices]
    ) -> None:
        """Take the choices, and what gives those in which libraries keep to threads."""
        self._choices = choices
        self._make_in_threads = in_threads
        self._facts = choices.facts
        self._leaves = leaves

    def change_sets(self) -> list[ChangeSet]:
        """Give the change sets that edit something, then those that leave things as they are."""
        edited = {
            entry: self._edits(entry)
            for entry in self._facts.entries
            if entry in self._choices.demoted or self._choices.entry_edges(entry)
        }
        drafts = [draft for group in group_entries(edited) for draft in self._changes(group)]
        covered = {region for draft in drafts for region in draft.regions}
        for entry, regions in self._by_entry.items():
            left = [region for region in regions if region.id not in covered]
            if left:
                drafts.append(self._change_set([entry], left, []))
        return drafts

    def _changes(self, group: Sequence[str]) -> Iterator[ChangeSet]:
        regions = [
            region
            for entry in group
            for region in self._by_entry[entry]
            if entry in self._choices.demoted or self._choices.resolved(region)
        ]
        if not regions:
            return
        attempts = list(self._attempts(group, regions))
        if not attempts:
            regions = [region for region in regions if not self._choices.offload_refusals(region)]
            attempts = list(self._offloads(group, _rules(regions))) if regions else []
        if attempts:
            yield self._change_set(group, regions, attempts)

    @cached_property
    def _by_entry(self) -> Mapping[str, Sequence[Region]]:
        found: dict[str, list[Region]] = defaultdict(list)
        for region in self._facts.regions:
            found[region.entry].append(region)
        return found

    def _edits(self, entry: str) -> list[str]:
        coloured = () if entry in self._choices.demoted else self._choices.coloured_from(entry)
        names = (entry, *coloured)
        return [self._facts.outermost(name) for name in (*names, *self._keepers(names))]

    def _keepers(self, names: Sequence[str]) -> list[str]:
        """Name the constructors whose clients become async along with ``names``."""
        edges = (edge for name in names for edge in self._facts.edges(name))
        return [keeper for edge in edges if (keeper := self._leaves.kept_by(edge)) is not None]

    def _attempts(self, group: Sequence[str], regions: Sequence[Region]) -> Iterator[Attempt]:
        rules = _rules(regions)
        demoted = [entry for entry in group if entry in self._choices.demoted]
        others = [entry for entry in group if entry not in self._choices.demoted]
        native = native_attempt(self._choices, self._leaves, others, demoted, rules)
        if any(edit.action == "native" for edit in native.calls):
            yield native
        if others and not self._offload_refusals(others):
            yield from self._offloads(group, rules)
        elif others and any(self._is_generator(colour) for colour in native.colours):
            yield from self._offloads_below(others, demoted, regions, native)
        if not any(self._choices.demote_refusals(entry) for entry in group):
            yield demote_attempt(self._choices, group, rules)

    def _offloads(self, group: Sequence[str], rules: tuple[str, ...]) -> Iterator[Attempt]:
        """Offload what may be; not an attempt where all of it stays native."""
        demoted = [entry for entry in group if entry in self._choices.demoted]
        others = [entry for entry in group if entry not in self._choices.demoted]
        attempt = offload_attempt(self._choices, self._leaves, others, demoted, rules)
        if any(edit.action == "offload" for edit in attempt.calls):
            yield attempt

    def _is_generator(self, colour: Colour) -> bool:
        return self._facts.graph.functions[colour.function.name].is_generator

    def _offloads_below(
        self,
        others: Sequence[str],
        demoted: Sequence[str],
        regions: Sequence[Region],
        native: Attempt,
    ) -> Iterator[Attempt]:
        """Colour generators, which no thread can run as a whole, and offload what they call."""
        choices = self._in_threads
        if any(r.entry in others and not choices.resolved(r) for r in regions):
            return
        made = native_attempt(choices, self._leaves, others, demoted, _rules(regions))
        if made.calls != native.calls and any(edit.action == "offload" for edit in made.calls):
            yield made.model_copy(update={"strategy": "offload", "dependencies": ()})

    @cached_property
    def _in_threads(self) -> Choices:
        return self._make_in_threads()

    def _offload_refusals(self, entries: Sequence[str]) -> tuple[Refusal, ...]:
        return tuple(
            refusal
            for entry in entries
            for edge in self._choices.entry_edges(entry)
            for refusal in self._choices.edge_offload_refusals(edge)
        )

    def _change_set(
        self, entries: Sequence[str], regions: Sequence[Region], attempts: Sequence[Attempt]
    ) -> ChangeSet:
        regions = sorted(regions, key=lambda region: -region.weight)
        refusals = tuple(self._refusals(entries, regions, attempts))
        return ChangeSet(
            id=slug(entries[0], self._facts.graph.modules),
            title=title(entries, regions, self._facts.graph.modules),
            entries=tuple(self._facts.ref(entry) for entry in entries),
            regions=tuple(region.id for region in regions),
            functions=self._functions(entries, regions, attempts),
            attempts=tuple(attempts),
            refusals=in_order(refusals),
            model_may_try=bool(attempts) or self._may_try(regions, refusals),
        )

    def _may_try(self, regions: Sequence[Region], refusals: Sequence[Refusal]) -> bool:
        known = all(self._facts.book.native(region.callee) is not None for region in regions)
        return leaves_room_for_a_model(refusals, is_known=known)

    def _functions(
        self, entries: Sequence[str], regions: Sequence[Region], attempts: Sequence[Attempt]
    ) -> tuple[FunctionRef, ...]:
        """Name what may change: one change set's own functions, or a left region's whole path."""
        coloured = [colour.function.name for attempt in attempts for colour in attempt.colours]
        path = [] if attempts else [hop.function for region in regions for hop in region.hops]
        keepers = self._keepers((*entries, *coloured)) if attempts else []
        names = dict.fromkeys((*entries, *coloured, *keepers, *path))
        return tuple(self._facts.ref(name) for name in names if self._facts.function(name))

    def _refusals(
        self, entries: Sequence[str], regions: Sequence[Region], attempts: Sequence[Attempt]
    ) -> Iterator[Refusal]:
        made = {attempt.strategy for attempt in attempts}
        for region in regions:
            yield from self._choices.native_refusals(region) if "native" not in made else ()
            yield from self._choices.offload_refusals(region) if "offload" not in made else ()
        for entry in entries:
            refusals = self._choices.demote_refusals(entry) if "demote" not in made else ()
            if not any(refusal.reason == "not-a-handler" for refusal in refusals):
                yield from refusals


def _rules(regions: Sequence[Region]) -> tuple[str, ...]:
    return tuple(sorted({region.rule for region in regions}))
