"""The plan of a run that was named its entry points."""

from __future__ import annotations

from refactor_agent.domain.plan import ChangeSet, Plan
from refactor_agent.entry import EntryGround, Planned, plan_in_place, plan_twin
from refactor_agent.run.services import Services

__all__ = ["plan_entries"]


def plan_entries(services: Services) -> Plan:
    """Convert what the entry points reach; the proposals lie in the store until their turn."""
    options = services.record.options
    ground = EntryGround(
        project=services.project,
        rulebook=services.rulebook,
        interpreter=services.record.interpreter,
        base=services.base,
        locate=services.locate,
    )
    if options.entry_mode == "in-place":
        made = plan_in_place(ground, options.entries)
    else:
        made = plan_twin(ground, options.entries, apart=options.entry_mode == "twin-apart")
    return Plan(change_sets=tuple(_prepared(services, one) for one in made))


def _prepared(services: Services, one: Planned) -> ChangeSet:
    if one.proposal is None:
        return one.change_set
    key = services.store.put(one.proposal)
    attempts = tuple(
        attempt.model_copy(update={"prepared": key}) for attempt in one.change_set.attempts
    )
    return one.change_set.model_copy(update={"attempts": attempts})
