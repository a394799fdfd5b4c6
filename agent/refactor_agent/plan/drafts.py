"""Change sets before they are put in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from refactor_agent.domain.plan import Attempt, ChangeSet, FunctionRef, Refusal
from refactor_agent.domain.region import Region
from refactor_agent.plan.attempts import demote_attempt, native_attempt, offload_attempt
from refactor_agent.plan.choices import Choices
from refactor_agent.plan.groups import group_entries
from refactor_agent.plan.native import NativeLeaves
from refactor_agent.plan.reasons import leaves_room_for_a_model
from refactor_agent.plan.titles import slug, title

__all__ = ["Drafts"]


class Drafts:
    """Cuts the regions into change sets; their ids have no number yet."""

    def __init__(self, choices: Choices, leaves: NativeLeaves) -> None:
        self._choices = choices
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
        if regions:
            yield self._change_set(group, regions, list(self._attempts(group, regions)))

    @cached_property
    def _by_entry(self) -> Mapping[str, Sequence[Region]]:
        found: dict[str, list[Region]] = defaultdict(list)
        for region in self._facts.regions:
            found[region.entry].append(region)
        return found

    def _edits(self, entry: str) -> list[str]:
        coloured = () if entry in self._choices.demoted else self._choices.coloured_from(entry)
        return [self._facts.outermost(name) for name in (entry, *coloured)]

    def _attempts(self, group: Sequence[str], regions: Sequence[Region]) -> Iterator[Attempt]:
        rules = tuple(sorted({region.rule for region in regions}))
        demoted = [entry for entry in group if entry in self._choices.demoted]
        others = [entry for entry in group if entry not in self._choices.demoted]
        native = native_attempt(self._choices, self._leaves, others, demoted, rules)
        if any(edit.action == "native" for edit in native.calls):
            yield native
        if others and not self._offload_refusals(others):
            yield offload_attempt(self._choices, others, demoted, rules)
        if not any(self._choices.demote_refusals(entry) for entry in group):
            yield demote_attempt(self._choices, group, rules)

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
        refusals = self._refusals(entries, regions, attempts)
        native = tuple(refusal for refusal in refusals if refusal.strategy != "offload")
        return ChangeSet(
            id=slug(entries, self._facts.ref(entries[0]).file),
            title=title(entries, regions),
            entries=tuple(self._facts.ref(entry) for entry in entries),
            regions=tuple(region.id for region in regions),
            functions=self._functions(entries, regions, attempts),
            attempts=tuple(attempts),
            refusals=refusals,
            model_may_try=leaves_room_for_a_model(native if attempts else refusals),
        )

    def _functions(
        self, entries: Sequence[str], regions: Sequence[Region], attempts: Sequence[Attempt]
    ) -> tuple[FunctionRef, ...]:
        """Name what may change: one change set's own functions, or a left region's whole path."""
        coloured = [colour.function.name for attempt in attempts for colour in attempt.colours]
        path = [] if attempts else [hop.function for region in regions for hop in region.hops]
        names = dict.fromkeys((*entries, *coloured, *path))
        return tuple(self._facts.ref(name) for name in names if self._facts.function(name))

    def _refusals(
        self, entries: Sequence[str], regions: Sequence[Region], attempts: Sequence[Attempt]
    ) -> tuple[Refusal, ...]:
        made = {attempt.strategy for attempt in attempts}
        found: list[Refusal] = []
        for region in regions:
            found.extend(self._choices.native_refusals(region) if "native" not in made else ())
            found.extend(self._choices.offload_refusals(region) if "offload" not in made else ())
        for entry in entries:
            refusals = self._choices.demote_refusals(entry) if "demote" not in made else ()
            if not any(refusal.reason == "not-a-handler" for refusal in refusals):
                found.extend(refusals)
        distinct = {(refusal.reason, refusal.strategy, refusal.site): refusal for refusal in found}
        return tuple(distinct.values())
