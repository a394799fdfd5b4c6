"""The stage: from a project and rules to regions and the call graph."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from refactor_agent.domain.region import Located, Skipped
from refactor_agent.domain.suppression import Suppression
from refactor_agent.locate.blocking import Blockers
from refactor_agent.locate.cache import SummaryCache
from refactor_agent.locate.deep_questions import with_deep_questions
from refactor_agent.locate.effects import Effects
from refactor_agent.locate.found import FoundRegions, Texts
from refactor_agent.locate.graph import Uses, make_graph
from refactor_agent.locate.incremental import Earlier, Kept, Nearby
from refactor_agent.locate.noted import Notes
from refactor_agent.locate.outline import Outline
from refactor_agent.locate.reach import Reach
from refactor_agent.locate.resolve.classes import link_subclasses
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import Index, ProjectModule
from refactor_agent.locate.rules_port import Rules
from refactor_agent.locate.scan import (
    Scanned,
    Source,
    SourceChangedError,
    key_of,
    read_again,
    scan_sources,
)
from refactor_agent.locate.sources import SourceLines
from refactor_agent.locate.summary_bytes import from_bytes
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
    when_asked: bool = False,
) -> Located:
    """Find every path from an ``async def`` to a call that blocks the loop.

    ``changes`` are files whose bytes differ from the disk's, as in a `Tree`; ``cache`` is a
    directory for what earlier scans found out; ``jobs`` is the number of processes that share the
    work, one per core when it is ``None``; ``nearby`` goes from one tree to the next, where several
    that differ little are located in turn. With ``when_asked``, regions are made when they are
    first asked for, and quote the files as these then are; what is kept is written meanwhile.
    """
    changed = changes or {}
    sources = _sources(project, changed)
    wrappers = project.config.offload_wrappers
    earlier = Earlier.of(cache, rulebook, wrappers, (source.module for source in sources))
    with _without_collector():
        scan = _Scan(project, rulebook, changed, cache, jobs, at_leisure=when_asked)
        try:
            found = scan.over(sources, earlier)
        except SourceChangedError:  # a summary was lost, too
            if earlier is not None:
                earlier.forget()
            found = scan.over(sources, earlier)
    effects = found.effects
    return Located(
        found.regions if when_asked else tuple(found.regions.regions()),
        lambda: with_deep_questions(effects.evaluator, lambda: make_graph(effects, nearby)),
        (*project.sources.skipped, *found.skipped),
        found.suppressions,
    )


class _Found(NamedTuple):
    effects: Effects
    regions: FoundRegions
    suppressions: tuple[Suppression, ...]
    skipped: list[Skipped]


class _Scan(NamedTuple):
    """What a scan is about."""

    project: Project
    rulebook: Rules
    changes: Mapping[str, bytes]
    cache: Path | None
    jobs: int | None
    at_leisure: bool
    """Whether what is kept may be written while the caller goes on."""

    def over(self, sources: list[Source], earlier: Earlier | None) -> _Found:
        """Do it; of what an ``earlier`` scan found, that is worked out which may have changed."""
        modules, skipped = _read(sources, self.cache, self.jobs, earlier)
        index = Index(modules, earlier.called if earlier is not None else None)
        evaluator = Evaluator(index, self.rulebook, self.project.config.offload_wrappers)
        kept = Kept(earlier, evaluator, self.rulebook) if earlier is not None else None
        says = _AsRead(modules).says
        texts = Texts(earlier.texts, says, self.jobs) if earlier is not None else None
        paths = {item.file: item.path for item in self.project.sources.files}
        lines = SourceLines(paths, self.changes, texts.read if texts is not None else None)

        def link() -> None:
            kept.link() if kept is not None else link_subclasses(evaluator)

        with_deep_questions(evaluator, link)
        effects = kept.effects(self.jobs) if kept else Effects(evaluator, Blockers(self.rulebook))
        regions, suppressions = with_deep_questions(
            evaluator, lambda: find_regions(effects, lines, texts)
        )
        if kept is not None:
            kept.keep(at_leisure=self.at_leisure)
        return _Found(effects, regions, suppressions, skipped)


class _AsRead:
    """Knows of which bytes modules were summarised."""

    def __init__(self, modules: Iterable[ProjectModule]) -> None:
        self._modules = {module.file: module for module in modules}

    def says(self, file: str, data: bytes) -> bool:
        """Say whether it was these."""
        module = self._modules.get(file)
        return module is not None and module.key == key_of(file, module.name, data)


def find_regions(
    effects: Effects, lines: SourceLines, texts: Texts | None = None
) -> tuple[FoundRegions, tuple[Suppression, ...]]:
    """Give what blocks, and the comments that say it may; on the stack of `on_deep_stack`."""
    reach = Reach(effects, entries_of(effects.evaluator))
    reach.settle()
    found = FoundRegions(reach, Notes(effects, reach), lines, texts)
    modules = effects.evaluator.index.modules.values()
    return found, find_suppressions(modules, reach.blocked())


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
        modules, skipped = _read(sources, cache, jobs, None)
        evaluator = Evaluator(Index(modules), rulebook, project.config.offload_wrappers)
        with_deep_questions(evaluator, lambda: link_subclasses(evaluator))
    return evaluator, skipped


def entries_of(evaluator: Evaluator) -> list[str]:
    """Give the async functions outside tests: where chains begin."""
    return list(evaluator.index.asynchronous())


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
    sources: list[Source], cache: Path | None, jobs: int | None, earlier: Earlier | None
) -> tuple[list[ProjectModule], list[Skipped]]:
    modules: list[ProjectModule] = []
    skipped: list[Skipped] = []
    outlines: dict[str, Outline] = {}

    def is_enough(source: Source, key: str) -> bool:
        outline = earlier.outline(source.file, source.module, key) if earlier is not None else None
        if outline is not None:
            outlines[source.file] = outline
        return outline is not None

    scanned = scan_sources(sources, cache, jobs, is_enough=is_enough)
    for source, one in zip(sources, scanned, strict=True):
        if one.reason:
            skipped.append(Skipped(file=one.file, reason=one.reason))
        else:
            modules.append(_module(source, one, outlines.get(one.file), SummaryCache(cache)))
    return modules, skipped


def _module(
    source: Source, scanned: Scanned, outline: Outline | None, cache: SummaryCache
) -> ProjectModule:
    is_test, key = is_test_file(scanned.file), scanned.key
    if outline is None:
        summary = from_bytes(scanned.summary)
        return ProjectModule.of(scanned.file, summary, is_test=is_test, key=key)
    read = partial(read_again, source, key, cache)
    return ProjectModule(
        scanned.file, source.module, read, is_test=is_test, key=key, outline=outline
    )


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
