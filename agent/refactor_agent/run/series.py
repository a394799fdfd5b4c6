"""The order in which a run's proposals become patches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from refactor_agent.boundary import VERSIONS, vendored_version
from refactor_agent.domain.plan import ChangeSet
from refactor_agent.domain.proposal import Author, Proposal
from refactor_agent.domain.region import Region
from refactor_agent.domain.verdict import Verdict
from refactor_agent.edit import DependencyChanges, apply_proposal, dependency_changes
from refactor_agent.emit.names import subject
from refactor_agent.emit.patches import Step
from refactor_agent.errors import PatchConflictError
from refactor_agent.run.evidence import evidence
from refactor_agent.tree import Tree

__all__ = ["Accepted", "Planned", "Series", "plan_series"]

Status = Literal["support", "verified", "unverified"]

_SUBJECT_AT_MOST = 72
_LIST_AT_MOST = 60
"""Characters, so that a subject stays below 72."""


@dataclass(frozen=True)
class Accepted:
    """A proposal that becomes a patch."""

    change_set: ChangeSet
    proposal: Proposal
    verdict: Verdict
    status: Literal["verified", "unverified"]


@dataclass(frozen=True)
class Planned:
    """One patch to make: what it holds and what it is."""

    step: Step
    status: Status
    change_set: str | None


@dataclass(frozen=True)
class Series:
    """The patches to make, in order, and what can't be one."""

    patches: tuple[Planned, ...]
    misfits: Mapping[str, str]
    """By change set, why it no longer fits on the patches before it."""
    by_hand: tuple[str, ...]
    """Distributions that the patches need, and that a person must declare."""


def plan_series(base: Tree, accepted: Sequence[Accepted], regions: Mapping[str, Region]) -> Series:
    """Lay the proposals over one another: verified ones first, each kind behind its support."""
    series: list[Planned] = []
    misfits: dict[str, str] = {}
    by_hand: dict[str, None] = {}
    tree = base
    for status in ("verified", "unverified"):
        group = [one for one in accepted if one.status == status]
        needed = _needed(tree, group)
        by_hand.update(dict.fromkeys(dep.distribution for dep in needed.by_hand))
        for planned in _support(tree, group, needed.files, status):
            series.append(planned)
            tree = tree.with_changes(planned.step.changes)
        for one in group:
            lost = next((name for name in one.change_set.stands_on if name in misfits), None)
            if lost is not None:
                misfits[one.change_set.id] = f"stands on {lost}, which no longer fits"
                continue
            try:
                changes = apply_proposal(tree, one.proposal)
            except PatchConflictError as error:
                misfits[one.change_set.id] = str(error)
                continue
            if not changes:
                misfits[one.change_set.id] = "the patches before it leave nothing to change"
                continue
            step = Step(one.change_set.id, _message(one, regions), changes)
            series.append(Planned(step, one.status, one.change_set.id))
            tree = tree.with_changes(changes)
    return Series(tuple(series), misfits, tuple(by_hand))


def _needed(tree: Tree, group: Sequence[Accepted]) -> DependencyChanges:
    return dependency_changes(tree, [dep for one in group for dep in one.proposal.dependencies])


def _support(
    tree: Tree, group: Sequence[Accepted], declared: Mapping[str, bytes], status: str
) -> list[Planned]:
    """Make the patches that the group's patches stand on: the boundary module, dependencies."""
    suffix = "" if status == "verified" else "-unverified"
    files = {
        new.file: new.text.encode()
        for one in group
        for new in one.proposal.new_files
        if not tree.exists(new.file) or tree.read(new.file) != new.text.encode()
    }
    needed = {dep.distribution for one in group for dep in one.proposal.dependencies}
    named = (
        (f"000-async-boundary{suffix}", _vendor(tree, files), files),
        (f"000-dependencies{suffix}", _declare(sorted(needed)), declared),
    )
    kind: Status = "support" if status == "verified" else "unverified"
    return [
        Planned(Step(name, text, changes), kind, None) for name, text, changes in named if changes
    ]


def _vendor(tree: Tree, files: Mapping[str, bytes]) -> str:
    there = [file for file in files if tree.exists(file)]
    if not there:
        return "Add the async boundary module"
    old = {version for file in there if (version := vendored_version(tree.read(file)))}
    new = {VERSIONS[PurePosixPath(file).stem] for file in there}
    versions = (", ".join(sorted(found)) for found in (old, new))
    return f"Upgrade the async boundary module from {' to '.join(versions)}"


def _declare(names: Sequence[str]) -> str:
    listed = ", ".join(names)
    if len(listed) <= _LIST_AT_MOST:
        return f"Declare {listed}"
    return f"Declare {len(names)} dependencies\n\n{listed}\n"


def _message(one: Accepted, regions: Mapping[str, Region]) -> str:
    chains = [" -> ".join(regions[key].chain) for key in one.change_set.regions]
    lines = [one.change_set.title[:_SUBJECT_AT_MOST]]
    if not _is_asked_for(one.change_set):
        lines = [subject(one.change_set.entries), "", one.change_set.title]
        lines += ["", "Blocked the event loop:"]
        lines += [f"  {chain}" for chain in dict.fromkeys(chains)]
    lines += ["", *evidence(one.verdict, one.status), *_made_by(one.proposal.author)]
    return "\n".join(lines) + "\n"


def _is_asked_for(change_set: ChangeSet) -> bool:
    """Say whether a person asked for just this; nothing blocks there."""
    return any(
        attempt.loop is not None
        or attempt.prepared is not None
        or (attempt.flag is not None and attempt.flag.step == "finalize")
        for attempt in change_set.attempts
    )


def _made_by(author: Author) -> list[str]:
    """Say which model made a patch, and what it is where it is none."""
    if author.kind == "rules":
        return []
    name = " ".join(author.model.split())
    made = f"Made by model {name}, prompt {author.prompt[:12]}, template {author.template[:12]}."
    return [made, f"{author.disclosure}."] if author.disclosure else [made]
