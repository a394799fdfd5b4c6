"""From named entry points to an async side beside the sync one, with tests of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.domain.plan import Colour, FunctionRef, Refusal
from refactor_agent.domain.proposal import Proposal, RuleAuthor
from refactor_agent.entry.changes import Group, Planned, planned
from refactor_agent.entry.ground import EntryGround
from refactor_agent.entry.in_place import convert_in_place
from refactor_agent.entry.reach import Reach
from refactor_agent.entry.scope import scope_of
from refactor_agent.entry.twin.planning import Beside, put_beside
from refactor_agent.entry.wanted import entries_of, still_sync, wanted_of, with_runner

__all__ = ["plan_twin"]


def plan_twin(ground: EntryGround, texts: Sequence[str]) -> tuple[Planned, ...]:
    """Give what the entry points reach an async twin, exported beside it, and copies of its tests.

    One change set: the twins of a project stand in the same files and in the same exports. What is
    there stays as it is, so that no caller has to change.
    """
    entries = entries_of(ground, texts)
    graph = ground.graph
    reach = _with_whole_classes(graph, chain.from_iterable(e.functions for e in entries))
    wanted, left_out = wanted_of(ground, reach, callers=False)
    done = convert_in_place(ground, wanted)
    dressed, unrunnable = with_runner(ground, done, done.files)
    skipped = frozenset(file for file, _ in unrunnable if file is not None)
    scope = scope_of(graph, reach.functions)
    beside = put_beside(ground, dressed, scope, skipped)
    refusals = [
        *_of_code(graph, done.refusals),
        *(refusal for _, refusal in still_sync(ground, entries, done)),
        *beside.refusals,
    ]
    notes = [*done.rest.notes, *(r.message for r in (*left_out, *(r for _, r in unrunnable)))]
    rest = Proposal(
        change_set="",
        strategy="native",
        author=RuleAuthor(rules=done.rest.rules),
        functions=(),
        new_files=done.rest.new_files,
        tests=tuple(beside.tests),
        dependencies=done.rest.dependencies,
        notes=tuple(dict.fromkeys(notes)),
    )
    group = Group(
        files=beside.files,
        entries=entries,
        rest=rest,
        refusals=refusals,
        functions=tuple(_functions(graph, beside)),
        colours=tuple(_colours(graph, beside)),
        twins=beside.twins,
    )
    return planned(ground.base, graph, [group])


def _with_whole_classes(graph: CallGraph, roots: Iterable[str]) -> Reach:
    """Reach as far as the methods of all classes that are reached: their twins have them all."""
    reach = Reach(graph, roots)
    while True:
        owners = {graph.functions[name].owner for name in reach.functions} - {None}
        methods = {f.name for f in graph.functions.values() if f.owner in owners}
        wider = Reach(graph, {*reach.functions, *methods})
        if wider.functions == reach.functions:
            return reach
        reach = wider


def _of_code(graph: CallGraph, refusals: Iterable[Refusal]) -> Iterator[Refusal]:
    """Leave out what is said of tests: they stay, and what has no copy proves nothing."""
    tests = {function.file for function in graph.functions.values() if function.is_test}
    return (one for one in refusals if one.site is None or one.site.file not in tests)


def _functions(graph: CallGraph, beside: Beside) -> Iterator[FunctionRef]:
    for name, function in graph.functions.items():
        if name in beside.originals or function.owner in beside.originals:
            yield FunctionRef(file=function.file, name=name)


def _colours(graph: CallGraph, beside: Beside) -> Iterator[Colour]:
    """Give the async functions of the twins: a method under its class's new name."""
    modules = {file: name for name, file in graph.modules.items()}
    originals = beside.twins
    for file, data in sorted(beside.files.items()):
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
