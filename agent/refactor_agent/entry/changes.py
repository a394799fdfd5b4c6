"""From converted files to change sets and their proposals."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.domain.plan import Attempt, ChangeSet, Colour, FunctionRef, Refusal
from refactor_agent.domain.proposal import NewFile, Proposal, RuleAuthor
from refactor_agent.entry.names import EntryPoint
from refactor_agent.entry.names_after import new_names
from refactor_agent.tree import Tree, sha256

__all__ = ["Group", "Planned", "planned"]

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
    twins: Mapping[str, str] = {}


def planned(tree: Tree, graph: CallGraph, groups: Sequence[Group]) -> tuple[Planned, ...]:
    """Make the change sets of ``groups``, in order."""
    return tuple(_planned(tree, graph, group, number) for number, group in enumerate(groups, 1))


def _planned(tree: Tree, graph: CallGraph, group: Group, number: int) -> Planned:
    identifier = f"{number:03}-{_slug(group.entries[0].name)}"
    colours = tuple(_colours(tree, graph, group.files))
    rest = group.rest
    attempt = Attempt(
        strategy="native",
        colours=colours,
        dependencies=rest.dependencies,
        rules=rest.author.rules if isinstance(rest.author, RuleAuthor) else (),
        notes=rest.notes,
        twins=group.twins,
    )
    functions = tuple(_functions(tree, graph, group.files))
    change_set = ChangeSet(
        id=identifier,
        title=_title(group),
        entries=tuple(_entry(graph, entry) for entry in group.entries),
        regions=(),
        functions=functions,
        attempts=() if group.refusals else (attempt,),
        refusals=tuple(dict.fromkeys(group.refusals)),
    )
    if group.refusals:
        return Planned(change_set, None)
    files = tuple(_file(tree, file, data) for file, data in sorted(group.files.items()))
    return Planned(change_set, rest.model_copy(update={"change_set": identifier, "files": files}))


def _file(tree: Tree, file: str, data: bytes) -> NewFile:
    before = sha256(tree.read(file)) if tree.exists(file) else None
    return NewFile(file=file, text=data.decode(), replaces=before)


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


def _functions(tree: Tree, graph: CallGraph, files: Mapping[str, bytes]) -> Iterator[FunctionRef]:
    """Name the functions whose code differs, and those that are new."""
    modules = {file: name for name, file in graph.modules.items()}
    for file, data in sorted(files.items()):
        if not tree.exists(file) or not file.endswith(".py"):
            continue
        old = dict(_dumped(tree.read(file)))
        for name, dump in old.items():
            if dict(_dumped(data)).get(name) != dump:
                yield FunctionRef(file=file, name=f"{modules.get(file, '')}.{name}".lstrip("."))


def _colours(tree: Tree, graph: CallGraph, files: Mapping[str, bytes]) -> Iterator[Colour]:
    modules = {file: name for name, file in graph.modules.items()}
    for file, data in sorted(files.items()):
        if not tree.exists(file) or not file.endswith(".py"):
            continue
        before = tree.read(file)
        old, new = dict(_async(before)), dict(_async(data))
        for name, now in new_names(before, data).items():
            owner = name.rpartition(".")[0]
            after = f"{owner}.{now}".lstrip(".")
            if now != name.rpartition(".")[2] or (new.get(after) and not old.get(name)):
                ref = FunctionRef(file=file, name=f"{modules.get(file, '')}.{name}".lstrip("."))
                yield Colour(function=ref, mode="in_place", new_name=now)


def _walk(data: bytes) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    waiting: list[tuple[str, ast.AST]] = [("", ast.parse(data))]
    while waiting:
        path, node = waiting.pop()
        for child in ast.iter_child_nodes(node):
            inner = path
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path}{child.name}", child
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{path}{child.name}."
            waiting.append((inner, child))


def _dumped(data: bytes) -> Iterable[tuple[str, str]]:
    return ((name, ast.dump(node)) for name, node in _walk(data))


def _async(data: bytes) -> Iterable[tuple[str, bool]]:
    return ((name, isinstance(node, ast.AsyncFunctionDef)) for name, node in _walk(data))
