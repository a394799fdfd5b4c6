"""What the rules make of one labelled site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from eval.sites.label import Label

from refactor_agent.convert import propose
from refactor_agent.domain.plan import ChangeSet, Plan
from refactor_agent.domain.proposal import Proposal
from refactor_agent.domain.region import Located, Region
from refactor_agent.edit import apply_proposal
from refactor_agent.locate import locate
from refactor_agent.project import open_project
from refactor_agent.rulebook import RuleBook, load_rulebook
from refactor_agent.run.settling import settled_plan
from refactor_agent.tree import Tree
from refactor_agent.verify import Change, remember_located
from refactor_agent.verify.checks import run_checks
from refactor_agent.verify.context import Context, Locate

__all__ = ["Fate", "Ground", "fate_of"]


class Fate(NamedTuple):
    """What became of a site: a strategy whose result every check passes, or why there is none."""

    outcome: str
    """``native``, ``offload``, ``demote``, ``left`` or ``unseen``."""
    reason: str = ""

    @property
    def is_converted(self) -> bool:
        """Say whether a result passed every check."""
        return self.outcome not in {"left", "unseen"}


@dataclass(frozen=True)
class Ground:
    """A package, located and planned once for all its sites."""

    tree: Tree
    rulebook: RuleBook
    located: Located
    plan: Plan
    locate: Locate

    @classmethod
    def of(cls, root: Path) -> Ground:
        """Locate and plan the package under ``root``."""
        project, rulebook = open_project(root), load_rulebook()
        find = remember_located(lambda tree: locate(project, rulebook, changes=tree.changes))
        tree = Tree(root)
        located = find(tree)
        plan, _ = settled_plan(located, rulebook, project)
        return cls(tree, rulebook, located, plan, find)

    @cached_property
    def owners(self) -> dict[str, ChangeSet]:
        """Region id to the change set that owns it."""
        return {region: found for found in self.plan.change_sets for region in found.regions}


def fate_of(label: Label, ground: Ground) -> Fate:
    """Convert the change set that owns the site; the first attempt that every check passes counts.

    The change set must resolve the site's own region: an attempt that leaves it blocking fails
    the check that locates again.
    """
    region = next((found for found in ground.located.regions if _is_at(found, label)), None)
    if region is None:
        return Fate("unseen", "no region at this line ends in this call")
    owner = ground.owners.get(region.id)
    if owner is None:
        return Fate("left", "not in the plan")
    reasons = [f"{refusal.reason}: {refusal.message}" for refusal in owner.refusals]
    for number, attempt in enumerate(owner.attempts):
        problem = _problem(owner, number, ground)
        if not problem:
            return Fate(attempt.strategy)
        reasons.append(f"{attempt.strategy}: {problem}")
    return Fate("left", "; ".join(dict.fromkeys(reasons)))


def _is_at(region: Region, label: Label) -> bool:
    site = region.hops[0].site
    last = label.chain[-1].rpartition(".")[2]
    return (site.file, site.span.line) == (label.file, label.line) and (
        region.chain == label.chain or region.callee.rpartition(".")[2] == last
    )


def _problem(owner: ChangeSet, number: int, ground: Ground) -> str:
    made = propose(owner, number, ground.tree, ground.rulebook)
    if not isinstance(made, Proposal):
        return f"{made.reason}: {made.message}"
    files = apply_proposal(ground.tree, made)
    change = Change(owner, made, ground.tree, files, owner.attempts[number])
    report = run_checks(Context(ground.tree, files, (change,), ground.locate))
    return _joined(f"check {failure.check}: {failure.message}" for failure in report.failures)


def _joined(messages: Iterable[str]) -> str:
    return "; ".join(messages)
