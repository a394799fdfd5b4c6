"""`refactor-agent runs`: list the runs of a project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refactor_agent.cli.app import app

__all__ = ["runs"]


@app.command()
def runs(
    path: Annotated[Path, typer.Argument(help="The project's directory.")] = Path(),
) -> None:
    """List the runs of a project, oldest first."""
    from refactor_agent.emit.audit import AuditLog
    from refactor_agent.project import open_project
    from refactor_agent.run.directory import list_runs

    found = list_runs(open_project(path).root)
    for run in found:
        events = AuditLog(run.audit).events()
        last = events[-1]["event"] if events else "started"
        typer.echo(f"{run.id}  {last}")
    if not found:
        typer.echo("no runs yet; start one with `refactor-agent run`", err=True)
