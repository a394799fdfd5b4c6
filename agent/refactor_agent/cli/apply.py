"""`refactor-agent apply`: lay a run's patches over the working tree."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from refactor_agent.cli.app import CHANGES, CLEAN, app

if TYPE_CHECKING:
    from refactor_agent.emit.manifest import PatchEntry
    from refactor_agent.run.directory import RunDirectory

__all__ = ["apply"]


@app.command()
def apply(
    run: Annotated[str, typer.Argument(help="The run's id, its beginning, or `latest`.")],
    path: Annotated[Path, typer.Argument(help="The project's directory.")] = Path(),
    *,
    include_unverified: Annotated[
        bool, typer.Option(help="Also the patches that no test reached: read them first.")
    ] = False,
) -> None:
    """Apply a run's patches, in order, to a clean working tree; nothing is committed."""
    from refactor_agent.emit.apply import apply_run
    from refactor_agent.project import open_project
    from refactor_agent.run.directory import find_run

    root = open_project(path).root
    directory = find_run(root, run)
    patches = apply_run(root, directory.results, include_unverified=include_unverified)
    for patch in patches:
        typer.echo(f"applied {patch.name} ({patch.status})")
    typer.echo(_next_step(directory, patches), err=True)
    raise typer.Exit(CHANGES if patches else CLEAN)


def _next_step(directory: RunDirectory, patches: Sequence[PatchEntry]) -> str:
    from refactor_agent.emit.manifest import read_manifest

    if patches:
        return f"take it back with `refactor-agent rollback {directory.id}`"
    if read_manifest(directory.results).patches:
        return (
            f"run {directory.id} has no verified patches;"
            " apply the unverified ones with --include-unverified"
        )
    return f"run {directory.id} has no patches to apply"
