"""`refactor-agent rollback`: take an applied run back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refactor_agent.cli.app import app

__all__ = ["rollback"]


@app.command()
def rollback(
    run: Annotated[str, typer.Argument(help="The run's id, its beginning, or `latest`.")],
    path: Annotated[Path, typer.Argument(help="The project's directory.")] = Path(),
) -> None:
    """Take back what `apply` did, committed or not, while the patched files are as it left them."""
    from refactor_agent.emit.apply import rollback_run
    from refactor_agent.project import open_project
    from refactor_agent.run.directory import find_run

    root = open_project(path).root
    directory = find_run(root, run)
    for patch in rollback_run(root, directory.results):
        typer.echo(f"rolled back {patch.name}")
