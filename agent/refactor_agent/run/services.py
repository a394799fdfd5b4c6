"""What the steps of a run work with."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from refactor_agent.domain.plan import ChangeSet, Plan
from refactor_agent.domain.proposal import Proposal
from refactor_agent.domain.region import Located, Region, Skipped
from refactor_agent.domain.values import Value
from refactor_agent.emit.audit import AuditLog
from refactor_agent.locate import locate
from refactor_agent.ports import Reporter, Sandbox
from refactor_agent.project import Project, open_project
from refactor_agent.rulebook import RuleBook
from refactor_agent.run.directory import RunDirectory
from refactor_agent.run.options import RunRecord
from refactor_agent.store import Store
from refactor_agent.tree import Tree, sha256

__all__ = ["Findings", "Services"]


class Findings(Value):
    """What `locate` found, without the call graph: the graph is made again where it is needed."""

    regions: tuple[Region, ...]
    skipped: tuple[Skipped, ...]


@dataclass
class Services:
    """One run's options, places and ports, and what its steps share within the process."""

    record: RunRecord
    directory: RunDirectory
    rulebook: RuleBook
    store: Store
    sandbox: Sandbox
    reporter: Reporter
    slots: asyncio.Semaphore
    """Bounds how many test runs go on at once."""
    audit: AuditLog

    @cached_property
    def project(self) -> Project:
        """The target, as the snapshot holds it."""
        return open_project(self.directory.snapshot)

    @cached_property
    def base(self) -> Tree:
        """The snapshot's files."""
        return Tree(self.directory.snapshot)

    @cached_property
    def located(self) -> Located:
        """The snapshot's regions and call graph."""
        return locate(self.project, self.rulebook)

    def plan(self, key: str) -> Plan:
        """Give a stored plan."""
        return self.store.get(key, Plan)

    def change_set(self, plan: str, identifier: str) -> ChangeSet:
        """Give one change set of a stored plan."""
        return next(found for found in self.plan(plan).change_sets if found.id == identifier)

    def proposals(self, keys: Sequence[str]) -> list[Proposal]:
        """Give stored proposals."""
        return [self.store.get(key, Proposal) for key in keys]

    async def say_once(self, event: str, /, **facts: object) -> None:
        """Put an event into the audit log, unless a run that was resumed did so before."""
        await asyncio.to_thread(self.audit.append_once, event, **facts)

    def question(self, *parts: str) -> str:
        """Make a memo's question of everything its answer depends on."""
        return sha256("\0".join((self.record.tool_version, *parts)).encode())
