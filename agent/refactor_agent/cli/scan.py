"""`refactor-agent scan`: list every path that blocks the event loop."""

from __future__ import annotations

import atexit
import gc
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from refactor_agent.cli._scan_options import FailOn, Format, Least
from refactor_agent.cli.app import CHANGES, CLEAN, app
from refactor_agent.errors import UsageError

if TYPE_CHECKING:
    from refactor_agent.cli._scan_findings import Findings

__all__ = ["scan"]


@app.command()
def scan(  # noqa: PLR0913 - the options of a command are its arguments
    path: Annotated[
        Path | None,
        typer.Argument(
            help="The project's directory, or one of its files; else the current directory."
        ),
    ] = None,
    *,
    output: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TEXT,
    rule: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only this rule; may be given several times."),
    ] = None,
    min_severity: Annotated[
        Least, typer.Option(help="Leave out what is lighter than this.")
    ] = Least.LOW,
    fail_on: Annotated[
        FailOn, typer.Option(help="Exit with 1 only for what is at least as heavy as this.")
    ] = FailOn.LOW,
    strict_suppressions: Annotated[
        bool,
        typer.Option(
            "--strict-suppressions",
            help="Exit with 1 for suppressions that suppress nothing or don't say why, too.",
        ),
    ] = False,
    baseline: Annotated[
        Path | None, typer.Option(help="Leave out the paths that this file knows.")
    ] = None,
    write_baseline: Annotated[
        Path | None, typer.Option(help="Write the paths of today to this file, and succeed.")
    ] = None,
    diff: Annotated[
        str | None,
        typer.Option(
            metavar="REV", help="Only what is new since this branch left the git revision REV."
        ),
    ] = None,
    stdin_filename: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Read this file from standard input, and show only it."),
    ] = None,
    explain: Annotated[
        str | None,
        typer.Option(
            metavar="SITE", help="Say what is known of the calls at FILE:LINE or FILE:LINE:COL."
        ),
    ] = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="Read the code of the installed libraries, too.")
    ] = False,
    types: Annotated[
        bool, typer.Option("--types", help="Ask a type server about objects of unknown type.")
    ] = False,
    python: Annotated[
        str | None, typer.Option(help="The interpreter beside which the libraries are installed.")
    ] = None,
) -> None:
    """List every path from an async function to a call that blocks, with its whole chain.

    Ends with 0 where there is none, with 1 where there are some, with 2 where the input is no good.
    """
    from refactor_agent.cli._scan_beyond import Beyond
    from refactor_agent.cli._scan_findings import find, heavier, new_since, new_to_baseline
    from refactor_agent.cli._scan_formats import rendered
    from refactor_agent.cli._scan_target import open_target
    from refactor_agent.kept import shared_cache
    from refactor_agent.locate.cache import prune
    from refactor_agent.run.rules import rules_for

    if explain is not None:
        typer.echo(_explained(path, explain), nl=False)
        raise typer.Exit(CLEAN)
    if not deep:  # each library leaves circles behind; a scan alone leaves next to none
        gc.disable()  # the process ends soon; walking a million live objects costs seconds
    atexit.register(gc.freeze)  # the interpreter would walk them once more before it ends
    target = open_target(path, stdin_filename)
    beyond = Beyond(deep=deep, types=types, python=python)
    found = find(target, rules_for(target.project, rule or ()), judge=not rule, beyond=beyond)
    whole = target.file is None and not rule
    if write_baseline is not None:
        _write(write_baseline, found, whole=whole and diff is None)
        raise typer.Exit(CLEAN)
    if diff is not None:
        found = new_since(found, diff)
    if baseline is not None:
        found = new_to_baseline(found, baseline, whole=whole and diff is None)
    found = heavier(found, min_severity.value)
    for part in rendered(output, found):
        typer.echo(part, nl=False, color=True)
    for skipped in found.located.skipped:
        typer.echo(f"skipped {skipped.file}: {skipped.reason}", err=True)
    prune(shared_cache())
    raise typer.Exit(_code(found, fail_on, strict=strict_suppressions))


def _explained(path: Path | None, site: str) -> str:
    from refactor_agent.cli._scan_explain import explained

    return explained(path, site)


def _write(path: Path, found: Findings, *, whole: bool) -> None:
    from refactor_agent.emit.known import write_known

    if not whole:
        raise UsageError(
            "--write-baseline writes all paths of a project; leave out --rule, --diff,"
            " --stdin-filename, and give a directory"
        )
    write_known(path, found.located.regions)
    typer.echo(f"{len(found.located.regions)} known paths in {path}", err=True)


def _code(found: Findings, fail_on: FailOn, *, strict: bool) -> int:
    from refactor_agent.cli._scan_findings import at_least

    if strict and found.remarks:
        return CHANGES
    if fail_on is FailOn.NEVER:
        return CLEAN
    return CHANGES if found.located.holds(at_least(Least(fail_on).value)) else CLEAN
