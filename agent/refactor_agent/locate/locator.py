"""The stage: from a project and rules to regions and the call graph."""

from __future__ import annotations

from pathlib import PurePosixPath

from refactor_agent.domain.region import Located, Skipped
from refactor_agent.locate.blocking import Blockers
from refactor_agent.locate.effects import Effects
from refactor_agent.locate.graph import make_graph
from refactor_agent.locate.reach import Reach
from refactor_agent.locate.regions import make_regions
from refactor_agent.locate.resolve.classes import link_subclasses
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import Index, ProjectModule
from refactor_agent.locate.rules_port import Rules
from refactor_agent.locate.scan import Source, scan_sources
from refactor_agent.locate.sources import SourceLines
from refactor_agent.locate.summary import from_bytes
from refactor_agent.project import Project

__all__ = ["is_test_file", "locate"]


def locate(project: Project, rulebook: Rules, *, jobs: int | None = None) -> Located:
    """Find every path from an ``async def`` to a call that blocks the loop.

    ``jobs`` is the number of processes that read files; ``None`` takes one per core.
    """
    sources = project.sources
    skipped = list(sources.skipped)
    modules: list[ProjectModule] = []
    wanted = [Source(item.file, item.module, str(item.path)) for item in sources.files]
    for scanned in scan_sources(wanted, jobs):
        if scanned.reason:
            skipped.append(Skipped(file=scanned.file, reason=scanned.reason))
            continue
        summary = from_bytes(scanned.summary)
        modules.append(ProjectModule(scanned.file, summary, is_test=is_test_file(scanned.file)))
    evaluator = Evaluator(Index(modules), rulebook, project.config.offload_wrappers)
    link_subclasses(evaluator)
    effects = Effects(evaluator, Blockers(rulebook))
    entries = [
        function
        for function in evaluator.index.functions.values()
        if function.facts.is_async and not function.module.is_test
    ]
    lines = SourceLines({item.file: item.path for item in sources.files})
    regions = make_regions(Reach(effects, entries).chains(), lines)
    return Located(regions, lambda: make_graph(effects), tuple(skipped))


def is_test_file(file: str) -> bool:
    """Say whether ``file`` holds tests: its code is called by nobody's event loop."""
    path = PurePosixPath(file)
    name = path.name
    if name == "conftest.py" or name.startswith("test_") or name.endswith("_test.py"):
        return True
    return any(part in {"tests", "test"} for part in path.parts[:-1])
