"""What entry points ask for, and whether they got it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from refactor_agent.asyncify import MODULE
from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.domain.plan import Refusal
from refactor_agent.edit import declared_distributions, normalized
from refactor_agent.entry.callers import About
from refactor_agent.entry.commands import Commands
from refactor_agent.entry.definitions import Definitions
from refactor_agent.entry.ground import EntryGround
from refactor_agent.entry.in_place import InPlace, Wanted
from refactor_agent.entry.keywords import Keywords
from refactor_agent.entry.names import EntryPoint, find_entries
from refactor_agent.entry.pairs import Pairs
from refactor_agent.entry.reach import Reach
from refactor_agent.entry.scope import async_callers, scope_of
from refactor_agent.entry.suite.cases import Cases
from refactor_agent.entry.suite.dress import dress
from refactor_agent.entry.suite.files import test_files
from refactor_agent.entry.suite.mocked import mocked_libraries
from refactor_agent.entry.suite.mocks import with_async_mocks
from refactor_agent.entry.suite.runner import find_runner
from refactor_agent.entry.suite.targets import Targets
from refactor_agent.entry.twin.layout import Layout
from refactor_agent.errors import UsageError

__all__ = ["Known", "check_entries", "entries_of", "still_sync", "wanted_of", "with_runner"]


class Known(NamedTuple):
    """What a project's async side has already."""

    pairs: Mapping[str, str]
    """Classes and functions with their async side."""
    methods: Mapping[str, str]
    """Methods with what they are called there."""


def check_entries(ground: EntryGround, texts: Sequence[str], *, apart: bool = False) -> None:
    """Raise `UsageError`, in one line, unless each text names something that blocks.

    With ``apart`` it has to be part of a package, in which its twin can get one.
    """
    layout = Layout(ground.graph.modules, asked=apart)
    for entry in entries_of(ground, texts):
        module = entry.text.partition(":")[0]
        if apart and not layout.moves(ground.module_of(entry.functions[0])):
            raise UsageError(
                f"--entry {entry.text}: {module} is in no package; --apart puts twins into the"
                " package _async of one"
            )
        if not Reach(ground.graph, entry.functions).blocking:
            raise UsageError(
                f"--entry {entry.text}: nothing that {entry.name} reaches blocks, by the rules;"
                " there is nothing to convert"
            )


def entries_of(ground: EntryGround, texts: Sequence[str]) -> tuple[EntryPoint, ...]:
    """Find the entry points; raises `UsageError` when one can't be."""
    graph = ground.graph
    return find_entries(texts, graph, Definitions(ground.base, graph.modules))


def wanted_of(
    ground: EntryGround,
    reach: Reach,
    *,
    callers: bool,
    answered: bool = False,
    known: Known | None = None,
) -> tuple[Wanted, tuple[Refusal, ...]]:
    """Say what is to become async; the refusals are of library classes left as they are.

    With ``callers``, async functions outside that call it are adapted. With ``answered``, a library
    that tests mock need not stay: they will answer for what takes its place. ``known`` is what
    the project's async side has already.
    """
    graph, allowed = ground.graph, ground.project.config.allow_dependencies
    usable = declared_distributions(ground.base) | {normalized(name) for name in allowed}
    pairs = Pairs(ground.rulebook, graph, usable, Keywords(ground.base))
    leaves, left_out = pairs.of(reach.blocking)
    if "queue.Queue" in leaves:  # a thread may be at its other end
        reach = reach.with_threads()
        leaves, left_out = pairs.of(reach.blocking)
    commands = Commands(ground.base, graph)
    outside = tuple(_callers(graph, commands, reach)) if callers else ()
    faces = commands.among({*reach.functions, *outside}) if callers else frozenset()
    tests = test_files(ground.base, graph, {*reach.functions, *outside})
    mocked = {} if answered else mocked_libraries(ground.base, tests)
    leaves = {sync: aio for sync, aio in leaves.items() if sync.partition(".")[0] not in mocked}
    leaves = {**leaves, **(known.pairs if known else {})}
    if "queue.Queue" in leaves:
        leaves["threading.Thread"] = "asyncio.create_task"
    seeds = {call.caller for call in reach.blocking if not pairs.resolves(call, leaves)}
    sharing = _sharing(graph, leaves) if callers else ()
    around = _decorators(graph, reach.functions)
    scope = {
        file: (MODULE, *names)
        for file, names in scope_of(graph, {*reach.functions, *outside, *sharing, *around}).items()
    }
    scope.update(dict.fromkeys(tests, ()))
    names = known.methods if known else {}
    return Wanted(scope, leaves, frozenset(seeds), faces, mocked, names), left_out


def _sharing(graph: CallGraph, pairs: Mapping[str, str]) -> Iterator[str]:
    """Name the functions that use an object of a module whose class is to change."""
    for call in graph.calls:
        function = graph.functions.get(call.caller)
        if call.receiver in pairs and call.receiver_origin == "module" and function is not None:
            yield function.name


def _callers(graph: CallGraph, commands: Commands, reach: Reach) -> Iterator[str]:
    yield from async_callers(graph, reach.functions)
    yield from commands.leading_to(reach.functions)


def _decorators(graph: CallGraph, functions: Collection[str]) -> Iterator[str]:
    """Name the project's decorators of ``functions``; of a class, its methods."""
    for name in functions:
        function = graph.functions.get(name)
        for decorator in function.decorators if function is not None else ():
            for found in (decorator, f"{decorator}.__init__", f"{decorator}.__call__"):
                if found in graph.functions:
                    yield found


def with_runner(
    ground: EntryGround, done: InPlace, files: Mapping[str, bytes]
) -> tuple[dict[str, bytes], tuple[About, ...]]:
    """Let the async tests among ``files`` be run as the project runs such tests."""
    graph = ground.graph
    tests = sorted({f.file for f in graph.functions.values() if f.is_test})
    conftests = [file for file in graph.modules.values() if file.endswith("conftest.py")]
    runner = find_runner(ground.base, sorted({*tests, *conftests}))
    cases = Cases(ground.base, graph.modules)
    targets = Targets(ground.base, graph, ground.rulebook, files)
    awaited = {
        name.rpartition(".")[2]
        for name in done.coloured
        if (function := graph.functions.get(name)) is not None
        and not (function.is_test or function.is_generator or function.is_async)
    }
    made, refusals = dict(files), list[About]()
    for file in set(files) & set(tests):
        dressed = dress(ground.base, file, files[file], runner, cases)
        made[file] = with_async_mocks(ground.base, file, dressed.data, awaited, targets.moved)
        refusals.extend(About(file, refusal) for refusal in dressed.refusals)
    return made, tuple(refusals)


def still_sync(
    ground: EntryGround, entries: Sequence[EntryPoint], done: InPlace
) -> Iterator[About]:
    """Say which entry points did not become async, and what is in the way."""
    for entry in entries:
        if done.coloured.isdisjoint(entry.functions):
            message = f"{entry.name} would stay sync: what blocks below it could not be followed"
            first = entry.functions[0]
            file = ground.graph.functions[first].file
            yield About(file, Refusal(reason="entry-stays-sync", message=message), first)
            yield from (
                About(file, why, first) for why in done.stuck if why.site and why.site.file == file
            )
