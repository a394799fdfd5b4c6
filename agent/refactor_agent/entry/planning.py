"""From named entry points to change sets with their proposals."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from refactor_agent.domain.plan import Refusal
from refactor_agent.domain.proposal import NewFile, Proposal, RuleAuthor
from refactor_agent.edit import declared_distributions, normalized
from refactor_agent.entry.callers import About, left_behind
from refactor_agent.entry.changes import Group, Planned, planned
from refactor_agent.entry.definitions import Definitions
from refactor_agent.entry.faces import find_faces, with_faces
from refactor_agent.entry.ground import EntryGround
from refactor_agent.entry.groups import grouped
from refactor_agent.entry.in_place import InPlace, Wanted, convert_in_place
from refactor_agent.entry.keywords import Keywords
from refactor_agent.entry.leaves import Resolved
from refactor_agent.entry.names import EntryPoint, find_entries
from refactor_agent.entry.pairs import Pairs
from refactor_agent.entry.reach import Reach
from refactor_agent.entry.scope import async_callers, scope_of
from refactor_agent.entry.suite.dress import dress
from refactor_agent.entry.suite.files import test_files
from refactor_agent.entry.suite.runner import find_runner
from refactor_agent.errors import UsageError
from refactor_agent.plan import script_functions

__all__ = ["check_entries", "plan_in_place"]


def check_entries(ground: EntryGround, texts: Sequence[str]) -> None:
    """Raise `UsageError`, in one line, unless each text names something that blocks."""
    for entry in _entries(ground, texts):
        if not Reach(ground.graph, entry.functions).blocking:
            raise UsageError(
                f"--entry {entry.text}: nothing that {entry.name} reaches blocks, by the rules;"
                " there is nothing to convert"
            )


def plan_in_place(ground: EntryGround, texts: Sequence[str]) -> tuple[Planned, ...]:
    """Turn what the entry points reach async where it stands, with its tests.

    Gives one change set for each group of files between which no state is right but all or
    nothing. A group with a sync caller left, or with a call that can't be resolved, is refused.
    """
    entries = _entries(ground, texts)
    reach = Reach(ground.graph, chain.from_iterable(entry.functions for entry in entries))
    wanted, left_out = _wanted(ground, reach)
    done = convert_in_place(ground, wanted)
    faces = frozenset(find_faces(ground.graph, done.coloured, script_functions(ground.base)))
    files = dict(_with_faces(ground, done.files, faces))
    files, unrunnable = _with_runner(ground, files)
    refusals = (
        *((refusal.site.file if refusal.site else None, refusal) for refusal in done.refusals),
        *left_behind(ground.graph, done.coloured, faces),
        *unrunnable,
        *_still_sync(ground, entries, done),
    )
    said = _Said(refusals, tuple(refusal.message for refusal in left_out))
    groups = [
        _group(ground, entries, {file: files[file] for file in sorted(group)}, done.rest, said)
        for group in grouped(ground.graph, files, done.coloured)
    ]
    return planned(ground.base, ground.graph, [*groups, *_unreached(ground, entries, files, said)])


def _entries(ground: EntryGround, texts: Sequence[str]) -> tuple[EntryPoint, ...]:
    graph = ground.graph
    return find_entries(texts, graph, Definitions(ground.base, graph.modules))


def _wanted(ground: EntryGround, reach: Reach) -> tuple[Wanted, tuple[Refusal, ...]]:
    graph, allowed = ground.graph, ground.project.config.allow_dependencies
    usable = declared_distributions(ground.base) | {normalized(name) for name in allowed}
    pairs = Pairs(ground.rulebook, graph, usable, Keywords(ground.base))
    leaves, left_out = pairs.of(reach.blocking)
    seeds = {call.caller for call in reach.blocking if not pairs.resolves(call, leaves)}
    functions = {*reach.functions, *async_callers(graph, reach.functions)}
    scope = dict(scope_of(graph, functions))
    scope.update(dict.fromkeys(test_files(ground.base, graph, reach.functions), ()))
    return Wanted(scope, leaves, frozenset(seeds)), left_out


def _with_faces(
    ground: EntryGround, files: Mapping[str, bytes], faces: Collection[str]
) -> Iterator[tuple[str, bytes]]:
    graph = ground.graph
    for file, data in files.items():
        names = {name.rpartition(".")[2] for name in faces if graph.functions[name].file == file}
        yield file, with_faces(ground.base, file, data, names)[0] if names else data


def _with_runner(
    ground: EntryGround, files: Mapping[str, bytes]
) -> tuple[dict[str, bytes], tuple[About, ...]]:
    """Let the async tests among ``files`` be run as the project runs such tests."""
    tests = sorted({f.file for f in ground.graph.functions.values() if f.is_test})
    runner = find_runner(ground.base, tests)
    made, refusals = dict(files), list[About]()
    for file in set(files) & set(tests):
        dressed = dress(ground.base, file, files[file], runner)
        made[file] = dressed.data
        refusals.extend((file, refusal) for refusal in dressed.refusals)
    return made, tuple(refusals)


def _still_sync(
    ground: EntryGround, entries: Sequence[EntryPoint], done: InPlace
) -> Iterator[About]:
    for entry in entries:
        if done.coloured.isdisjoint(entry.functions):
            message = f"{entry.name} would stay sync: what blocks below it could not be followed"
            file = ground.graph.functions[entry.functions[0]].file
            yield file, Refusal(reason="entry-stays-sync", message=message)
            yield from ((file, why) for why in done.stuck if why.site and why.site.file == file)


class _Said(NamedTuple):
    """What there is to say of a conversion."""

    refusals: Sequence[About]
    notes: tuple[str, ...]


def _group(
    ground: EntryGround,
    entries: Sequence[EntryPoint],
    files: Mapping[str, bytes],
    rest: Resolved,
    said: _Said,
) -> Group:
    functions = ground.graph.functions
    own = [e for e in entries if any(functions[name].file in files for name in e.functions)]
    return Group(
        files=files,
        entries=own or entries,
        rest=Proposal(
            change_set="",
            strategy="native",
            author=RuleAuthor(rules=rest.rules),
            functions=(),
            new_files=tuple(new for new in rest.new_files if _needs(new, files)),
            dependencies=rest.dependencies,
            notes=tuple(dict.fromkeys((*rest.notes, *said.notes))),
        ),
        refusals=[refusal for file, refusal in said.refusals if file is None or file in files],
    )


def _unreached(
    ground: EntryGround, entries: Sequence[EntryPoint], files: Collection[str], said: _Said
) -> Iterator[Group]:
    """Give the entry points in whose files nothing changes."""
    functions = ground.graph.functions
    for entry in entries:
        own = {functions[name].file for name in entry.functions}
        if own.isdisjoint(files):
            why = [refusal for file, refusal in said.refusals if file is None or file in own]
            nothing = Proposal(
                change_set="", strategy="native", author=RuleAuthor(rules=()), functions=()
            )
            yield Group(files={}, entries=[entry], rest=nothing, refusals=why)


def _needs(new: NewFile, files: Mapping[str, bytes]) -> bool:
    stem = new.file.rpartition("/")[2].removesuffix(".py").encode()
    return any(stem in data for data in files.values())
