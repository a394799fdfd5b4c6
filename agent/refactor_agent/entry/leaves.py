"""The calls that block in what has become async, each by its rule or in a bounded thread."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from refactor_agent.convert import propose
from refactor_agent.domain.plan import Attempt, ChangeSet, Dependency, Refusal
from refactor_agent.domain.proposal import NewFile, Proposal
from refactor_agent.domain.region import Region
from refactor_agent.edit import SpliceConflictError, apply_proposal
from refactor_agent.entry.ground import EntryGround
from refactor_agent.entry.reach import CHEAP
from refactor_agent.plan import make_plan
from refactor_agent.tree import Tree

__all__ = ["Resolved", "resolve_leaves"]


@dataclass(frozen=True)
class Resolved:
    """The tree in which they are resolved, and what that took."""

    tree: Tree
    made: tuple[Proposal, ...] = ()
    """How, each for functions of its own."""
    regions: tuple[Region, ...] = ()
    """What would block in the tree as it was given."""
    refusals: tuple[Refusal, ...] = ()
    """Why calls are left that still block."""

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that it took."""
        return tuple(sorted({rule for one in self.made for rule in _rules(one)}))

    @property
    def new_files(self) -> tuple[NewFile, ...]:
        """The copies of vendored modules that it took."""
        return tuple({new.file: new for one in self.made for new in one.new_files}.values())

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        """What must be declared for it."""
        return tuple(dict.fromkeys(dep for one in self.made for dep in one.dependencies))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reviewer should know of it."""
        return tuple(dict.fromkeys(note for one in self.made for note in one.notes))

    def about(self, holds: Callable[[str], bool]) -> Resolved:
        """Give what it took in functions that are held, by their names.

        What was done outside of functions may be for any of them.
        """
        made = (
            one
            for one in self.made
            if not one.functions or any(holds(edit.function.name) for edit in one.functions)
        )
        return replace(self, made=tuple(made))


def resolve_leaves(
    ground: EntryGround, tree: Tree, coloured: Collection[str], mocked: Mapping[str, str]
) -> Resolved:
    """Carry out, on ``tree``, what a run would plan for the functions that are async now.

    The calls of libraries in ``mocked`` are not replaced.
    """
    located = ground.locate(tree)
    names = set(_names_now(located.graph.functions, coloured))
    regions = tuple(region for region in located.regions if region.entry in names)
    plan = make_plan(located.only(regions), ground.rulebook, ground.project)
    made: list[Proposal] = []
    refusals: list[Refusal] = []
    planned_on = tree
    for change_set in plan.change_sets:
        proposal = _propose(change_set, planned_on, ground, mocked)
        laid = _laid(tree, proposal)
        if laid is None and isinstance(proposal, Proposal) and tree is not planned_on:
            again = _propose(change_set, tree, ground, mocked)
            laid = _laid(tree, again)
            proposal = proposal if laid is None else again
        if laid is not None and isinstance(proposal, Proposal):
            made.append(proposal)
            tree = tree.with_changes(laid)
        elif any(_matters(region) for region in regions if region.id in change_set.regions):
            refusals.extend(_why(proposal))
    boundary = {new.file for one in made for new in one.new_files}
    kept = {file: data for file, data in tree.changes.items() if file not in boundary}
    return Resolved(
        tree=Tree(tree.root, kept),
        made=tuple(made),
        regions=regions,
        refusals=tuple(refusals),
    )


def _laid(tree: Tree, proposal: Proposal | tuple[Refusal, ...]) -> Mapping[str, bytes] | None:
    """Give the files with ``proposal`` laid over ``tree``; `None` where it does not fit.

    A proposal is made for the lines that were planned: those of another, laid over the same file
    before, would have moved them. It does not fit where both change one function.
    """
    try:
        return apply_proposal(tree, proposal) if isinstance(proposal, Proposal) else None
    except SpliceConflictError:
        return None


def _why(proposal: Proposal | tuple[Refusal, ...]) -> tuple[Refusal, ...]:
    if isinstance(proposal, tuple):
        return proposal
    message = f"{proposal.change_set}: what blocks stands in a function that was changed before"
    return (Refusal(reason="moved", message=message),)


def _matters(region: Region) -> bool:
    """Say whether a call that is left holds up the loop for long, as far as rules are sure."""
    return region.weight > CHEAP and region.confidence != "low"


def _names_now(functions: Collection[str], coloured: Collection[str]) -> Iterator[str]:
    """Name the coloured functions as they are called now: methods of protocols change theirs."""
    for name in functions:
        owner, _, bare = name.rpartition(".")
        sync = {bare, bare.replace("__a", "__", 1), bare.removeprefix("a")}
        if any(f"{owner}.{one}" in coloured for one in sync):
            yield name


def _propose(
    change_set: ChangeSet, tree: Tree, ground: EntryGround, mocked: Mapping[str, str]
) -> Proposal | tuple[Refusal, ...]:
    """Take the first attempt that can be carried out and keeps every function async."""
    found: list[Refusal] = []
    for number, attempt in enumerate(change_set.attempts):
        if attempt.demotes:
            continue
        libraries = _replaced(attempt) & mocked.keys()
        if libraries:
            found.extend(_kept(name, mocked[name]) for name in sorted(libraries))
            continue
        made = propose(change_set, number, tree, ground.rulebook)
        if isinstance(made, Proposal):
            notes = (*made.notes, *(refusal.message for refusal in found))
            return made.model_copy(update={"notes": notes})
        found.append(made)
    return tuple(found) or change_set.refusals


def _replaced(attempt: Attempt) -> set[str]:
    return {edit.callee.partition(".")[0] for edit in attempt.calls if edit.action == "native"}


def _kept(library: str, mock: str) -> Refusal:
    message = f"{library} is kept, in a thread: tests answer for it with {mock}"
    return Refusal(reason="mocked-in-tests", message=message)


def _rules(proposal: Proposal) -> tuple[str, ...]:
    return proposal.author.rules if proposal.author.kind == "rules" else ()
