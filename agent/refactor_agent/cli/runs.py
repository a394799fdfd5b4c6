"""`refactor-agent runs`: list the runs of a project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from refactor_agent.cli.app import app

if TYPE_CHECKING:
    from refactor_agent.emit.audit import AuditLog

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
        typer.echo(f"{run.id}  {_state(AuditLog(run.audit))}")
    if not found:
        typer.echo("no runs yet; start one with `refactor-agent run`", err=True)


def _state(log: AuditLog) -> str:
    broken = log.broken_at()
    if broken is not None:
        return f"its audit log was changed at line {broken}"
    events = log.events()
    return str(events[-1]["event"]) if events else "started"
