"""The plan of a run: what its options make of it."""

from __future__ import annotations

from refactor_agent.domain.plan import Plan
from refactor_agent.plan import behind_flag, plan_loops
from refactor_agent.run.directory import RunDirectory
from refactor_agent.run.entries import plan_entries
from refactor_agent.run.finalize import plan_finalize
from refactor_agent.run.services import Services
from refactor_agent.run.settling import settled_plan

__all__ = ["plan_run"]


def plan_run(services: Services) -> Plan:
    """Make the change sets of a run; raises `UsageError` when what it finalizes is gone."""
    options = services.record.options
    if options.finalize is not None:
        earlier = RunDirectory(services.directory.target, options.finalize)
        return plan_finalize(services.base, earlier, services.store)
    if options.entry_mode is not None:
        return plan_entries(services)
    if options.concurrent:
        return plan_loops(services.located.graph, services.base, options.concurrent)
    plan, made = settled_plan(services.located, services.rulebook, services.project)
    if options.flag is None:
        services.made.update(made)
        return plan
    return behind_flag(plan, options.flag, services.located.graph)
