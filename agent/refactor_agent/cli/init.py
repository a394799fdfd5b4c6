"""`refactor-agent init`: put prompts, Cursor rules and a CLAUDE.md section into a repository."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refactor_agent.cli.app import app

__all__ = ["init"]


@app.command()
def init(
    path: Annotated[Path, typer.Argument(help="The project's directory.")] = Path(),
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Replace files that were edited, too.")
    ] = False,
) -> None:
    """Give a team its own copy of the prompts, and its editors and agents the rules.

    The copies are the team's to edit: what stands there is what a model is told. Files that were
    edited are left alone.
    """
    from refactor_agent.cli._pages import DIRECTORY, put_files, team_files
    from refactor_agent.project import open_project
    from refactor_agent.run.rules import rules_for

    project = open_project(path)
    directory = (project.config.prompts or DIRECTORY).rstrip("/")
    files = team_files(project.root, rules_for(project), directory)
    for put in put_files(project.root, files, force=force):
        typer.echo(f"{put.outcome:9} {put.file}" + (f" ({put.why})" if put.why else ""))
    if project.config.prompts is None:
        typer.echo(
            f"\nTo prompt models with your copy, add to pyproject.toml:\n\n"
            f'[tool.refactor-agent]\nprompts = "{directory}"',
            err=True,
        )
