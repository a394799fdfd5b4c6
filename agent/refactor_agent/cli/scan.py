"""`refactor-agent scan`: list every path that blocks the event loop."""

from __future__ import annotations

import gc
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from refactor_agent.cli.app import CHANGES, CLEAN, app
from refactor_agent.errors import UsageError

if TYPE_CHECKING:
    from refactor_agent.domain.region import Located
    from refactor_agent.project import Project
    from refactor_agent.rulebook import RuleBook

__all__ = ["scan"]


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


@app.command()
def scan(
    path: Annotated[Path, typer.Argument(help="The project's directory.")] = Path(),
    *,
    output: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TEXT,
    rule: Annotated[
        list[str] | None, typer.Option(help="Only this rule id; may be given several times.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Leave out the paths that this file knows.")
    ] = None,
    write_baseline: Annotated[
        Path | None, typer.Option(help="Write the paths of today to this file, and succeed.")
    ] = None,
) -> None:
    """List every path from an async function to a call that blocks, with its whole chain."""
    from refactor_agent.emit.known import write_known
    from refactor_agent.locate import locate, shared_cache
    from refactor_agent.project import open_project
    from refactor_agent.run.rules import rules_for

    project = open_project(path)
    if not project.sources.files:
        raise UsageError(f"{path} holds no Python files; give the directory of a Python project")
    rulebook = rules_for(project, rule or ())
    located = locate(project, rulebook, cache=shared_cache())
    gc.freeze()  # the process ends soon; walking a million live objects for cycles costs seconds
    if write_baseline is not None:
        write_known(write_baseline, located.regions)
        typer.echo(f"{len(located.regions)} known paths in {write_baseline}", err=True)
        raise typer.Exit(CLEAN)
    if baseline is not None:
        located = _new_ones(located, baseline)
    typer.echo(_rendered(output, located, project, rulebook), nl=False)
    for skipped in located.skipped:
        typer.echo(f"skipped {skipped.file}: {skipped.reason}", err=True)
    raise typer.Exit(CHANGES if located.regions else CLEAN)


def _new_ones(located: Located, baseline: Path) -> Located:
    from refactor_agent.emit.known import read_known, without_known

    new, gone = without_known(located, read_known(baseline))
    typer.echo(f"{len(located.regions) - len(new.regions)} known paths left out", err=True)
    if gone:
        typer.echo(
            f"{len(gone)} paths of {baseline} are gone; write it again so that they stay gone",
            err=True,
        )
    return new


def _rendered(output: Format, located: Located, project: Project, rulebook: RuleBook) -> str:
    if output is Format.SARIF:
        from refactor_agent.emit.sarif import as_sarif

        return as_sarif(located, rulebook, project.root) + "\n"
    if output is Format.GITHUB:
        from refactor_agent.emit.annotations import as_annotations

        return as_annotations(located)
    from refactor_agent.locate import regions_as_json, render_text

    if output is Format.JSON:
        return regions_as_json(located) + "\n"
    return render_text(located, project, rulebook)
