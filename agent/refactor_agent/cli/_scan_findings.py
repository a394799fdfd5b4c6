"""What a scan shows of all that was located."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import typer

from refactor_agent.cli._scan_beyond import Beyond, located
from refactor_agent.cli._scan_target import Target
from refactor_agent.domain.region import Located, Severity
from refactor_agent.domain.suppression import Remark
from refactor_agent.emit.known import read_known, without_known
from refactor_agent.locate import SourceLines, regions_since, remarks_on
from refactor_agent.project import Project, copy_revision
from refactor_agent.rulebook import RuleBook

__all__ = ["Findings", "at_least", "find", "heavier", "new_since", "new_to_baseline"]

_RULES_ALONE = Beyond()
_SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True, slots=True)
class Findings:
    """Regions and remarks, with what is needed to show them."""

    target: Target
    rulebook: RuleBook
    located: Located
    remarks: tuple[Remark, ...]
    lines: SourceLines
    narrowed: tuple[str, ...] = ()
    """What was left out, in words that go behind "nothing"."""
    beyond: Beyond = _RULES_ALONE


def find(
    target: Target, rulebook: RuleBook, *, judge: bool, beyond: Beyond = _RULES_ALONE
) -> Findings:
    """Locate, and keep to the target's file; ``judge`` says whether suppressions are judged."""
    whole = located(target, rulebook, beyond)
    remarks = _remarks(whole, rulebook, target.project) if judge else ()
    lines = SourceLines(target.paths, target.changes)
    found = Findings(target, rulebook, whole, remarks, lines, beyond=beyond)
    return found if target.file is None else _in_file(found, target.file)


def _remarks(located: Located, rulebook: RuleBook, project: Project) -> tuple[Remark, ...]:
    active = {rule.id for rule in rulebook.rules}
    return remarks_on(located.suppressions, active, project.config.disable)


def _in_file(found: Findings, file: str) -> Findings:
    """Keep what is reported in one file; a file that stands in for another is read from nowhere."""
    located, target = found.located, found.target
    replaced = target.project.sources.skipped if target.changes else ()
    skipped = (one for one in located.skipped if one.file == file and one not in replaced)
    regions = tuple(region for region in located.regions if region.hops[0].site.file == file)
    kept = Located(regions, lambda: located.graph, tuple(skipped), located.suppressions)
    remarks = tuple(remark for remark in found.remarks if remark.file == file)
    narrowed = (*found.narrowed, f"that starts in {file}")
    return replace(found, located=kept, remarks=remarks, narrowed=narrowed)


def new_since(found: Findings, name: str) -> Findings:
    """Leave out what the project already had where its branch left revision ``name``."""
    project = found.target.project
    with tempfile.TemporaryDirectory(prefix="refactor-agent-diff-") as directory:
        root = Path(directory)
        copy_revision(project.root, project.sources, name, root)
        before = Target(Project(root, project.config))
        judge, beyond = bool(found.remarks), found.beyond
        earlier = find(before, found.rulebook, judge=judge, beyond=beyond)
        regions = regions_since(
            found.located.regions, found.lines, earlier.located.regions, earlier.lines
        )
    known = {(remark.file, remark.text) for remark in earlier.remarks}
    remarks = (remark for remark in found.remarks if (remark.file, remark.text) not in known)
    return replace(
        found,
        located=found.located.only(regions),
        remarks=tuple(remarks),
        narrowed=(*found.narrowed, f"new since {name}"),
    )


def new_to_baseline(found: Findings, baseline: Path, *, whole: bool) -> Findings:
    """Leave out what the file ``baseline`` knows; name what is gone when all was looked for."""
    new, gone = without_known(found.located, read_known(baseline))
    left_out = len(found.located.regions) - len(new.regions)
    typer.echo(f"{left_out} known paths left out", err=True)
    if gone and whole:
        typer.echo(
            f"{len(gone)} paths of {baseline} are gone; write it again so that they stay gone",
            err=True,
        )
        for chain in gone:
            typer.echo(f"gone: {chain}", err=True)
    return replace(found, located=new, narrowed=(*found.narrowed, f"new to {baseline}"))


def at_least(least: Severity) -> tuple[Severity, ...]:
    """Give the severities that are not lighter than ``least``."""
    return _SEVERITIES[: _SEVERITIES.index(least) + 1]


def heavier(found: Findings, least: Severity) -> Findings:
    """Leave out what is lighter than ``least``."""
    if least == _SEVERITIES[-1]:
        return found
    kept = at_least(least)
    regions = tuple(region for region in found.located.regions if region.severity in kept)
    narrowed = (*found.narrowed, f"of {' or '.join(kept)} severity")
    return replace(found, located=found.located.only(regions), narrowed=narrowed)
