"""The stage: from a project and rules to regions and the call graph."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from refactor_agent.domain.region import Located, Region, Skipped
from refactor_agent.domain.suppression import Suppression
from refactor_agent.locate.blocking import Blockers
from refactor_agent.locate.deep_questions import with_deep_questions
from refactor_agent.locate.effects import Effects
from refactor_agent.locate.graph import Uses, make_graph
from refactor_agent.locate.incremental import Kept, Nearby
from refactor_agent.locate.noted import with_notes
from refactor_agent.locate.reach import Reach
from refactor_agent.locate.regions import make_regions
from refactor_agent.locate.resolve.classes import link_subclasses
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import Index, ProjectFunction, ProjectModule
from refactor_agent.locate.rules_port import Rules
from refactor_agent.locate.scan import Source, scan_sources
from refactor_agent.locate.sources import SourceLines
from refactor_agent.locate.summary import from_bytes
from refactor_agent.locate.suppressed import find_suppressions
from refactor_agent.locate.test_code import is_test_file
from refactor_agent.project import Project

__all__ = ["entries_of", "evaluate", "find_regions", "locate"]


def locate(  # noqa: PLR0913 - a stage's settings, all but two by name
    project: Project,
    rulebook: Rules,
    *,
    changes: Mapping[str, bytes] | None = None,
    cache: Path | None = None,
    jobs: int | None = None,
    nearby: Nearby[Uses] | None = None,
) -> Located:
    """Find every path from an ``async def`` to a call that blocks the loop.

    ``changes`` are files whose bytes differ from the disk's, as in a `Tree`; ``cache`` is a
    directory for what earlier scans found out; ``jobs`` is the number of processes that share the
    work, one per core when it is ``None``; ``nearby`` goes from one tree to the next, where several
    that differ little are located in turn.
    """
    changed = changes or {}
    with _without_collector():
        evaluator, skipped = evaluate(project, rulebook, changes=changed, cache=cache, jobs=jobs)
        kept = Kept.of(cache, evaluator, rulebook, project.config.offload_wrappers)
        effects = kept.effects(jobs) if kept else Effects(evaluator, Blockers(rulebook))
        paths = {item.file: item.path for item in project.sources.files}
        lines = SourceLines(paths, changed)
        regions, suppressions = with_deep_questions(evaluator, lambda: find_regions(effects, lines))
        if kept is not None:
            kept.keep()
    return Located(
        regions,
        lambda: with_deep_questions(evaluator, lambda: make_graph(effects, nearby)),
        (*project.sources.skipped, *skipped),
        suppressions,
    )


def find_regions(
    effects: Effects, lines: SourceLines
) -> tuple[tuple[Region, ...], tuple[Suppression, ...]]:
    """Give what blocks, and the comments that say it may; on the stack of `on_deep_stack`."""
    reach = Reach(effects, entries_of(effects.evaluator))
    regions = with_notes(make_regions(reach, lines), effects)
    modules = effects.evaluator.index.modules.values()
    return regions, find_suppressions(modules, reach.blocked())


def evaluate(  # noqa: PLR0913 - those of `locate`, and the libraries
    project: Project,
    rulebook: Rules,
    *,
    changes: Mapping[str, bytes] | None = None,
    cache: Path | None = None,
    jobs: int | None = None,
    libraries: Sequence[Source] = (),
) -> tuple[Evaluator, list[Skipped]]:
    """Read the project, and ``libraries`` beside it, for questions about values and types.

    The arguments are those of `locate`; also gives the files that could not be read.
    """
    sources = [*_sources(project, changes or {}), *libraries]
    with _without_collector():
        modules, skipped = _read(sources, cache, jobs)
        evaluator = Evaluator(Index(modules), rulebook, project.config.offload_wrappers)
        with_deep_questions(evaluator, lambda: link_subclasses(evaluator))
    return evaluator, skipped


def entries_of(evaluator: Evaluator) -> list[ProjectFunction]:
    """Give the async functions outside tests: where chains begin."""
    return [
        function
        for function in evaluator.index.functions.values()
        if function.facts.is_async and not function.module.is_test
    ]


def _sources(project: Project, changed: Mapping[str, bytes]) -> list[Source]:
    """Give the files of the project under changes; added ones are named as their neighbours."""
    found = [
        Source(item.file, item.module, str(item.path), changed.get(item.file))
        for item in project.sources.files
    ]
    known = {source.file for source in found}
    packages = {str(PurePosixPath(source.file).parent): _package(source) for source in found}
    for file in sorted(changed.keys() - known):
        path = PurePosixPath(file)
        if path.suffix == ".py":
            package = packages.get(str(path.parent), ".".join(path.parts[:-1]))
            module = f"{package}.{path.stem}" if package else path.stem
            found.append(Source(file, module, str(project.root / file), changed[file]))
    return _with_own_names(found)


def _with_own_names(sources: list[Source]) -> list[Source]:
    """Name files after their path where several would have the same module name."""
    count = Counter(source.module for source in sources)
    return [
        source
        if count[source.module] == 1
        else source._replace(module=".".join(PurePosixPath(source.file).with_suffix("").parts))
        for source in sources
    ]


def _package(source: Source) -> str:
    if source.file.endswith("__init__.py"):
        return source.module
    return source.module.rpartition(".")[0]


def _read(
    sources: list[Source], cache: Path | None, jobs: int | None
) -> tuple[list[ProjectModule], list[Skipped]]:
    modules: list[ProjectModule] = []
    skipped: list[Skipped] = []
    for scanned in scan_sources(sources, cache, jobs):
        if scanned.reason:
            skipped.append(Skipped(file=scanned.file, reason=scanned.reason))
        else:
            summary = from_bytes(scanned.summary)
            is_test = is_test_file(scanned.file)
            modules.append(ProjectModule(scanned.file, summary, is_test=is_test, key=scanned.key))
    return modules, skipped


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep the cycle collector from walking millions of tuples that are all in use."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
