"""From named entry points to an async side beside the sync one, with tests of its own."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.domain.place import Site, Span
from refactor_agent.domain.plan import Colour, FunctionRef, Refusal
from refactor_agent.domain.proposal import Proposal, RuleAuthor
from refactor_agent.entry.changes import Group, Planned, needs, planned
from refactor_agent.entry.definitions import Definitions
from refactor_agent.entry.ground import EntryGround
from refactor_agent.entry.in_place import InPlace, convert_in_place
from refactor_agent.entry.names import EntryPoint
from refactor_agent.entry.reach import Reach
from refactor_agent.entry.scope import scope_of
from refactor_agent.entry.twin.layout import Layout
from refactor_agent.entry.twin.naming import TwinNames
from refactor_agent.entry.twin.planning import Beside, put_beside
from refactor_agent.entry.twin.table import Twins
from refactor_agent.entry.wanted import Known, entries_of, still_sync, wanted_of, with_runner

__all__ = ["plan_twin"]


def plan_twin(
    ground: EntryGround, texts: Sequence[str], *, apart: bool = False
) -> tuple[Planned, ...]:
    """Give what the entry points reach an async twin, exported beside it, and copies of its tests.

    One change set for each strongly connected group of twins, those that others use first. What is
    there stays as it is, so that no caller has to change. With ``apart``, twins stand in a package
    ``_async`` of their own, as they do where the project has a package ``_sync``.
    """
    entries = entries_of(ground, texts)
    graph = ground.graph
    twins, naming = _twins(ground, apart=apart)
    known = {name: aio for name, aio in naming.known.items() if not _is_of(name, entries)}
    stops = {f.name for f in graph.functions.values() if {f.name, f.owner} & known.keys()}
    roots = chain.from_iterable(entry.functions for entry in entries)
    reach = _with_whole_classes(graph, roots, stops)
    twins.methods = naming.of_methods(_methods(graph, reach))
    twins.known = _used(graph, reach, known)
    there = Known(twins.known, twins.methods)
    wanted, left_out = wanted_of(ground, reach, callers=False, known=there)
    done = convert_in_place(ground, wanted)
    dressed, unrunnable = with_runner(ground, done, done.files)
    skipped = frozenset(about.file for about in unrunnable if about.file is not None)
    scope = scope_of(graph, reach.functions)
    of_code = tuple(_of_code(graph, done.refusals))
    refused = {name for why in of_code if why.site for name in _at(graph, why.site)}
    parts, said = put_beside(ground, (twins, naming), dressed, scope, {*skipped, *refused})
    notes = [
        *done.rest.notes,
        *(r.message for r in (*left_out, *(about.refusal for about in unrunnable))),
    ]
    told = _Told(entries, done, (*of_code, *said), tuple(dict.fromkeys(notes)))
    groups = [_group(ground, twins, part, told) for part in parts]
    lost = [_nothing(ground, entry, told) for entry in entries if not _is_in(entry, parts)]
    return planned(ground.base, graph, [*_over_refused(groups), *lost])


class _Told(NamedTuple):
    """What there is to say of a conversion."""

    entries: Sequence[EntryPoint]
    done: InPlace
    refusals: Sequence[Refusal]
    notes: tuple[str, ...]


def _group(ground: EntryGround, twins: Twins, part: Beside, told: _Told) -> Group:
    graph, rest = ground.graph, told.done.rest
    own = [entry for entry in told.entries if _is_in(entry, [part])]
    refusals = [why for why in told.refusals if _concerns(graph, why, part)]
    refusals += [about.refusal for about in still_sync(ground, own, told.done)]
    return Group(
        files=part.files,
        entries=own or _as_entries(graph, part),
        rest=Proposal(
            change_set="",
            strategy="native",
            author=RuleAuthor(rules=rest.rules),
            functions=(),
            new_files=tuple(new for new in rest.new_files if needs(new, part.files)),
            tests=tuple(part.tests),
            dependencies=rest.dependencies,
            notes=told.notes,
        ),
        refusals=[*refusals, *part.refusals],
        functions=tuple(_functions(graph, part)),
        colours=tuple(_colours(graph, part, twins)),
        twins=twins.by_bare_name(),
        below=sorted(part.below),
    )


def _nothing(ground: EntryGround, entry: EntryPoint, told: _Told) -> Group:
    """Give an entry point of which no twin could be made."""
    why = [*told.refusals, *(about.refusal for about in still_sync(ground, [entry], told.done))]
    none = Proposal(change_set="", strategy="native", author=RuleAuthor(rules=()), functions=())
    return Group(files={}, entries=[entry], rest=none, refusals=why)


def _over_refused(groups: Sequence[Group]) -> list[Group]:
    """Refuse what stands on a group that is refused."""
    made: list[Group] = []
    for group in groups:
        lost = next((made[one] for one in group.below if made[one].refusals), None)
        if lost is None or group.refusals:
            made.append(group)
            continue
        why = f"it stands on the twin of {lost.entries[0].name}, which is refused"
        message = f"{why}: {lost.refusals[0].message}"
        refusal = Refusal(reason="stands-on-refused", message=message)
        made.append(group._replace(refusals=[refusal]))
    return made


def _at(graph: CallGraph, site: Site) -> Iterator[str]:
    """Name the definition at the top of its module that holds ``site``."""
    modules = {file: name for name, file in graph.modules.items()}
    for function in graph.functions.values():
        if function.file == site.file and _holds(function.span, site.span):
            module = modules[site.file]
            local = function.name.removeprefix(f"{module}.")
            yield f"{module}.{local.partition('.')[0].partition('#')[0]}"


def _holds(outer: Span, inner: Span) -> bool:
    return outer.line <= inner.line <= outer.end_line


def _concerns(graph: CallGraph, why: Refusal, part: Beside) -> bool:
    """Say whether a refusal is about ``part``; what is about no place is about all."""
    found = set(_at(graph, why.site)) if why.site is not None else set()
    return not found or not found.isdisjoint(part.originals)


def _is_in(entry: EntryPoint, parts: Sequence[Beside]) -> bool:
    return any(
        entry.name == name or entry.name.startswith(f"{name}.")
        for part in parts
        for name in part.originals
    )


def _as_entries(graph: CallGraph, part: Beside) -> list[EntryPoint]:
    """Give what a part is about, where it holds no entry point."""
    made = []
    for name in sorted(part.originals):
        own = [f.name for f in graph.functions.values() if name in {f.name, f.owner}]
        if own:
            made.append(EntryPoint("", name, tuple(own), is_class=name not in graph.functions))
    return made


def _twins(ground: EntryGround, *, apart: bool) -> tuple[Twins, TwinNames]:
    definitions = Definitions(ground.base, ground.graph.modules)
    layout = Layout(ground.graph.modules, asked=apart)
    return Twins(definitions, layout), TwinNames(ground.graph, definitions, layout)


def _is_of(name: str, entries: Iterable[EntryPoint]) -> bool:
    return any(entry.name == name or entry.name.startswith(f"{name}.") for entry in entries)


def _methods(graph: CallGraph, reach: Reach) -> list[str]:
    functions = (graph.functions[name] for name in reach.functions)
    return sorted({f.name.rpartition(".")[2] for f in functions if f.owner is not None})


def _used(graph: CallGraph, reach: Reach, known: Mapping[str, str]) -> Mapping[str, str]:
    """Give what of ``known`` is called in what is reached, or is the class of what is."""
    used: set[str | None] = set()
    for name in reach.functions:
        for call in graph.calls_in(name):
            owners = (graph.functions[c].owner for c in call.callees if c in graph.functions)
            used.update((*call.callees, *owners, call.receiver))
    return {name: aio for name, aio in known.items() if name in used}


def _with_whole_classes(graph: CallGraph, roots: Iterable[str], stops: Collection[str]) -> Reach:
    """Reach as far as the methods of all classes that are reached: their twins have them all."""
    reach = Reach(graph, roots, stops)
    while True:
        owners = {graph.functions[name].owner for name in reach.functions} - {None}
        methods = {f.name for f in graph.functions.values() if f.owner in owners}
        wider = Reach(graph, {*reach.functions, *methods}, stops)
        if wider.functions == reach.functions:
            return reach
        reach = wider


def _of_code(graph: CallGraph, refusals: Iterable[Refusal]) -> Iterator[Refusal]:
    """Leave out what is said of tests: they stay, and what has no copy proves nothing."""
    tests = {function.file for function in graph.functions.values() if function.is_test}
    return (one for one in refusals if one.site is None or one.site.file not in tests)


def _functions(graph: CallGraph, part: Beside) -> Iterator[FunctionRef]:
    for name, function in graph.functions.items():
        if name in part.originals or function.owner in part.originals:
            yield FunctionRef(file=function.file, name=name)


def _colours(graph: CallGraph, part: Beside, twins: Twins) -> Iterator[Colour]:
    """Give the async functions of the twins: a method under its class's new name."""
    layout = twins.layout
    modules = {layout.file(name): name for name in graph.modules if layout.moves(name)}
    modules = {**{file: name for name, file in graph.modules.items()}, **modules}
    originals = twins.by_bare_name()
    for file, data in sorted(part.files.items()):
        module = modules.get(file)
        for owner, node in _async(ast.parse(data)) if module is not None else ():
            if owner in originals:
                ref = FunctionRef(file=file, name=f"{module}.{owner}.{node}")
                yield Colour(function=ref, mode="twin", new_name=node)
            elif not owner and node in originals:
                ref = FunctionRef(file=file, name=f"{module}.{originals[node]}")
                yield Colour(function=ref, mode="twin", new_name=node)


def _async(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Give the async functions at the top of a module and of its classes: owner and name."""
    for node in tree.body:
        if isinstance(node, ast.AsyncFunctionDef):
            yield "", node.name
        elif isinstance(node, ast.ClassDef):
            yield from (
                (node.name, one.name) for one in node.body if isinstance(one, ast.AsyncFunctionDef)
            )
