"""`refactor-agent finalize`: take the old path of a flagged run out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refactor_agent.cli.app import app

__all__ = ["finalize"]


@app.command()
def finalize(
    run: Annotated[str, typer.Argument(help="The run's id, its beginning, or `latest`.")],
    path: Annotated[Path, typer.Argument(help="The project's directory.")] = Path(),
) -> None:
    """Write patches that leave the new path of an applied `run --flag` alone, proved again.

    They are a run of their own: apply it, or roll it back, like any other.
    """
    from refactor_agent.cli._drive import drive
    from refactor_agent.cli._progress import Progress
    from refactor_agent.project import open_project
    from refactor_agent.run.directory import find_run
    from refactor_agent.run.finalize import finalize_options
    from refactor_agent.run.start import start_run

    options = finalize_options(find_run(open_project(path).root, run))
    with Progress() as progress:
        services = start_run(path, options, progress)
        ending = drive(services)
    progress.tell(services, ending)
