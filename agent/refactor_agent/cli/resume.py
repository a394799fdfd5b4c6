"""`refactor-agent resume`: go on with a run that was stopped, or that waits for approval."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refactor_agent.cli.app import app

__all__ = ["resume"]


@app.command()
def resume(
    run: Annotated[str, typer.Argument(help="The run's id, its beginning, or `latest`.")],
    path: Annotated[Path, typer.Argument(help="The project's directory.")] = Path(),
    *,
    approve: Annotated[
        list[str] | None,
        typer.Option(help="A change set to approve, or `all`; may be given several times."),
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no model from here on.")] = False,
) -> None:
    """Go on with a run where it stopped; what it finished or paid for is not done again."""
    from refactor_agent.cli._drive import drive
    from refactor_agent.cli._progress import Progress
    from refactor_agent.run.start import open_run

    with Progress() as progress:
        services = open_run(path, run, progress, offline=offline)
        ending = drive(services, approve)
    progress.tell(services, ending)
