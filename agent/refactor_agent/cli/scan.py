"""`refactor-agent scan`: list every path that blocks the event loop."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from refactor_agent.cli.app import CHANGES, CLEAN, app

__all__ = ["scan"]


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"


@app.command()
def scan(
    path: Annotated[Path, typer.Argument(help="The project's directory.")] = Path(),
    *,
    output: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TEXT,
    rule: Annotated[
        list[str] | None, typer.Option(help="Only this rule id; may be given several times.")
    ] = None,
) -> None:
    """List every path from an async function to a call that blocks, with its whole chain."""
    from platformdirs import user_cache_path

    from refactor_agent.locate import locate, regions_as_json, render_text
    from refactor_agent.project import open_project
    from refactor_agent.run.rules import rules_for

    project = open_project(path)
    rulebook = rules_for(project, rule or ())
    located = locate(project, rulebook, cache=user_cache_path("refactor-agent") / "summaries")
    if output is Format.JSON:
        typer.echo(regions_as_json(located))
    else:
        typer.echo(render_text(located, project, rulebook), nl=False)
    for skipped in located.skipped:
        typer.echo(f"skipped {skipped.file}: {skipped.reason}", err=True)
    if not project.sources.files:
        typer.echo(f"{path} holds no Python files", err=True)
    raise typer.Exit(CHANGES if located.regions else CLEAN)
