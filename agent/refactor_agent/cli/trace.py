"""`refactor-agent trace`: run a command and see what holds its event loops."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from refactor_agent.cli.app import app
from refactor_agent.errors import RefactorAgentError, UsageError

if TYPE_CHECKING:
    from refactor_agent.trace import Recording

__all__ = ["trace"]


class Format(StrEnum):
    """How the report is printed."""

    TEXT = "text"
    JSON = "json"


@app.command(context_settings={"allow_interspersed_args": False})
def trace(
    command: Annotated[
        list[str],
        typer.Argument(metavar="COMMAND...", help="The program or test suite to run, after `--`."),
    ],
    *,
    project: Annotated[
        Path, typer.Option(help="The project whose regions the stalls are joined with.")
    ] = Path(),
    threshold: Annotated[
        float, typer.Option(help="Seconds that a callback may hold the loop.")
    ] = 0.05,
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TEXT,
    output: Annotated[
        Path | None, typer.Option(help="Write the report to this file, and print nothing.")
    ] = None,
) -> None:
    """Run a command, measure what holds its event loops, and name the code that does.

    The exit code, the output and the errors are those of the command. Text goes to stderr, JSON
    to stdout as one last line, so that neither is in the way of what the command prints.
    """
    from refactor_agent.locate import locate, shared_cache
    from refactor_agent.project import open_project
    from refactor_agent.run.rules import rules_for
    from refactor_agent.trace import make_report, report_as_json, report_as_text, run_traced

    if not 0.001 <= threshold <= 3600:
        raise UsageError("--threshold is in seconds: from 0.001 to 3600")
    if output is not None and not output.absolute().parent.is_dir():
        raise UsageError(f"{output} lies in no directory; make {output.parent} first")
    target = open_project(project)
    rulebook = rules_for(target)
    traced = run_traced(command, threshold)
    _check(traced.recording)
    located = locate(target, rulebook, cache=shared_cache())
    files = {item.file: item.path for item in target.sources.files}
    report = make_report(traced.recording, located, files)
    if form is Format.JSON:
        text = report_as_json(report, located, command, traced.exit_code) + "\n"
    else:
        text = report_as_text(report, command, target.root)
    if output is None:
        typer.echo(text, nl=False, err=form is Format.TEXT)
    else:
        output.write_text(text, encoding="utf-8")
    raise typer.Exit(traced.exit_code)


def _check(recording: Recording) -> None:
    for process in recording.processes:
        if process.faults:
            raise RefactorAgentError(
                f"the tracer failed in process {process.pid}: {process.faults[0]}"
            )
    if not recording.processes:
        typer.echo(
            "note: no Python was traced; the command starts none, or starts it without"
            " PYTHONPATH (python -I, -E or -S, tox)",
            err=True,
        )
