"""What the steps of a run work with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from refactor_agent.domain.plan import ChangeSet, Plan, Refusal
from refactor_agent.domain.proposal import Proposal
from refactor_agent.domain.region import Located, Region, Skipped
from refactor_agent.domain.values import Value
from refactor_agent.emit.audit import AuditLog
from refactor_agent.locate import Nearby, Uses, locate, shared_cache
from refactor_agent.ports import Reporter
from refactor_agent.project import Project
from refactor_agent.rulebook import RuleBook
from refactor_agent.run.ahead import Ahead
from refactor_agent.run.directory import RunDirectory
from refactor_agent.run.gate import Gate
from refactor_agent.run.options import RunRecord
from refactor_agent.run.proposer import Proposer
from refactor_agent.store import Store
from refactor_agent.tree import Tree

__all__ = ["NOTICE", "Findings", "Services", "locate_tree"]

NOTICE = "notice"
"""The audit event that carries a notice for the report, so that it outlives a kill."""


class Findings(Value):
    """What `locate` found, without the call graph: the graph is made again where it is needed."""

    regions: tuple[Region, ...]
    skipped: tuple[Skipped, ...]


def locate_tree(
    project: Project, rulebook: RuleBook, tree: Tree, *, nearby: Nearby[Uses] | None = None
) -> Located:
    """Locate in ``tree``, with the summaries that all runs share.

    Who locates in one tree after another of a project gives the same ``nearby`` each time.
    """
    changes = tree.changes
    return locate(project, rulebook, changes=changes, cache=shared_cache(), nearby=nearby)


@dataclass
class Services:
    """One run's options, places and ports, and what its steps share within the process."""

    record: RunRecord
    directory: RunDirectory
    project: Project
    """The target, as the snapshot holds it."""
    rulebook: RuleBook
    store: Store
    audit: AuditLog
    reporter: Reporter
    gate: Gate
    places: Path
    """Where the gate's copies of the target lie while this process drives the run."""
    locate: Callable[[Tree], Located]
    """The gate's locator, which remembers the snapshot's regions and call graph."""
    proposer: Proposer | None = None
    made: dict[tuple[str, int], Proposal | Refusal] = field(default_factory=dict, repr=False)
    """What rules made of the attempts of change sets, each worked out once."""
    _plans: dict[str, Plan] = field(default_factory=dict, repr=False)

    @cached_property
    def base(self) -> Tree:
        """The snapshot's files."""
        return Tree(self.project.root)

    @cached_property
    def located(self) -> Located:
        """The snapshot's regions and call graph."""
        return self.locate(self.base)

    @cached_property
    def ahead(self) -> Ahead:
        """The gate's verdict on the sum, which may be begun before it is asked for."""
        return Ahead(self.gate.judge_sum)

    def plan(self, key: str) -> Plan:
        """Give a stored plan, read once: every step of every change set asks for it."""
        if key not in self._plans:
            self._plans[key] = self.store.get(key, Plan)
        return self._plans[key]

    def change_set(self, plan: str, identifier: str) -> ChangeSet:
        """Give one change set of a stored plan."""
        return next(found for found in self.plan(plan).change_sets if found.id == identifier)

    def below(self, plan: str, change_set: ChangeSet) -> list[tuple[ChangeSet, Proposal]]:
        """Give what a change set stands on, with the proposals that planning made."""
        found = [self.change_set(plan, name) for name in change_set.stands_on]
        keys = [(one, one.attempts[0].prepared) for one in found if one.attempts]
        return [(one, self.store.get(key, Proposal)) for one, key in keys if key is not None]

    async def say_once(self, event: str, /, **facts: object) -> None:
        """Put an event into the audit log, unless a run that was resumed did so before."""
        await asyncio.to_thread(self.audit.append_once, event, **facts)
