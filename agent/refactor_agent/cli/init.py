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
    diff: Annotated[
        bool,
        typer.Option(
            "--diff",
            help="Only show what changed in the packaged templates since your copies were made.",
        ),
    ] = False,
    merge: Annotated[
        bool,
        typer.Option("--merge", help="Take those changes over into the copies that you edited."),
    ] = False,
    seen: Annotated[
        bool,
        typer.Option(
            "--seen", help="Count those changes as taken over; the copies stay as they are."
        ),
    ] = False,
) -> None:
    """Give a team its own copy of the prompts, and its editors and agents the rules.

    The copies are the team's to edit: what stands there is what a model is told. Files that were
    edited are left alone, others follow the package.
    """
    from refactor_agent.cli._pages import DIRECTORY, put_files, team_files
    from refactor_agent.cli._upstream import Treatment, put_templates, upstream_changes
    from refactor_agent.errors import UsageError
    from refactor_agent.project import open_project
    from refactor_agent.run.rules import rules_for

    project = open_project(path)
    directory = (project.config.prompts or DIRECTORY).rstrip("/")
    if sum((force, diff, merge, seen)) > 1:
        raise UsageError("give one of --force, --diff, --merge and --seen")
    if diff:
        typer.echo(upstream_changes(project.root, directory), nl=False)
        return
    treatment: Treatment = "force" if force else "merge" if merge else "seen" if seen else "keep"
    templates = put_templates(project.root, directory, treatment)
    files = team_files(project.root, rules_for(project), directory)
    for put in (*templates, *put_files(project.root, files, force=force)):
        typer.echo(f"{put.outcome:9} {put.file}" + (f" ({put.why})" if put.why else ""))
    if project.config.prompts is None:
        typer.echo(
            f"\nTo prompt models with your copy, add to pyproject.toml:\n\n"
            f'[tool.refactor-agent]\nprompts = "{directory}"',
            err=True,
        )
