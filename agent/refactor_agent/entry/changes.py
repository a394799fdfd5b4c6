"""From converted files to change sets and their proposals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.domain.plan import Attempt, ChangeSet, Colour, FunctionRef, Refusal
from refactor_agent.domain.proposal import NewFile, Proposal, RuleAuthor
from refactor_agent.entry.names import EntryPoint
from refactor_agent.tree import Tree, sha256

__all__ = ["Group", "Planned", "needs", "planned"]

_TITLE = 72


class Planned(NamedTuple):
    """A change set, and the proposal for it unless it is refused."""

    change_set: ChangeSet
    proposal: Proposal | None


class Group(NamedTuple):
    """What becomes one change set."""

    files: Mapping[str, bytes]
    entries: Sequence[EntryPoint]
    rest: Proposal
    """A proposal without the files, for all else that it holds."""
    refusals: Sequence[Refusal]
    functions: Sequence[FunctionRef] = ()
    """Those that change, or get a twin."""
    colours: Sequence[Colour] = ()
    twins: Mapping[str, str] = {}
    below: Sequence[int] = ()
    """The groups, by their place among all, that it is laid over."""


def planned(tree: Tree, graph: CallGraph, groups: Sequence[Group]) -> tuple[Planned, ...]:
    """Make the change sets of ``groups``, in order; what stands on one refused is refused."""
    named = [f"{n:03}-{_slug(group.entries[0].name)}" for n, group in enumerate(groups, 1)]
    return tuple(
        _planned(tree, graph, group, (named[at], *(named[one] for one in sorted(group.below))))
        for at, group in enumerate(groups)
    )


def _planned(tree: Tree, graph: CallGraph, group: Group, names: Sequence[str]) -> Planned:
    identifier, *below = names
    rest = group.rest
    attempt = Attempt(
        strategy="native",
        colours=tuple(group.colours),
        dependencies=rest.dependencies,
        rules=rest.author.rules if isinstance(rest.author, RuleAuthor) else (),
        notes=rest.notes,
        twins=group.twins,
    )
    change_set = ChangeSet(
        id=identifier,
        title=_title(group),
        entries=tuple(_entry(graph, entry) for entry in group.entries),
        regions=(),
        stands_on=tuple(below),
        functions=tuple(group.functions),
        attempts=() if group.refusals else (attempt,),
        refusals=tuple(dict.fromkeys(group.refusals)),
    )
    if group.refusals:
        return Planned(change_set, None)
    files = tuple(_file(tree, file, data) for file, data in sorted(group.files.items()))
    return Planned(change_set, rest.model_copy(update={"change_set": identifier, "files": files}))


def _file(tree: Tree, file: str, data: bytes) -> NewFile:
    before = sha256(tree.read(file)) if tree.exists(file) else None
    return NewFile(file=file, text=data.decode(), replaces=before, joins=True)


def _title(group: Group) -> str:
    names = [entry.name.rpartition(".")[2] for entry in group.entries]
    text = f"Make {' and '.join(names)} async"
    if group.twins:
        text = f"Add an async side to {' and '.join(names)}"
    if len(text) > _TITLE:
        text = f"{text.partition(names[0])[0]}{names[0]} and {len(names) - 1} more"
    return text.encode("ascii", "replace").decode()[:_TITLE]


def _slug(name: str) -> str:
    words = "".join(c if c.isalnum() else "-" for c in name.lower()).split("-")
    return "-".join([word for word in words if word][-2:])


def _entry(graph: CallGraph, entry: EntryPoint) -> FunctionRef:
    return FunctionRef(file=graph.functions[entry.functions[0]].file, name=entry.name)


def needs(new: NewFile, files: Mapping[str, bytes]) -> bool:
    """Say whether any of ``files`` speaks of the module that ``new`` is."""
    stem = new.file.rpartition("/")[2].removesuffix(".py").encode()
    return any(stem in data for data in files.values())
