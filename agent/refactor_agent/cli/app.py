"""The application that the commands belong to, and how every command fails."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import traceback
from typing import Annotated

import typer

from refactor_agent.errors import RefactorAgentError

__all__ = ["CHANGES", "CLEAN", "FAULT", "app", "main"]

CLEAN = 0
"""Nothing blocks, nothing changed."""
CHANGES = 1
"""There are findings or patches."""
FAULT = 2
"""The input can't be used, or refactor-agent itself failed."""

app = typer.Typer(
    name="refactor-agent",
    help="Find what blocks the event loop, convert it to async, prove the change.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from refactor_agent import __version__

        typer.echo(f"refactor-agent {__version__}")
        raise typer.Exit(CLEAN)


@app.callback()
def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Find what blocks the event loop, convert it to async, prove the change."""


def main() -> None:
    """Run the command line; every fault ends in exit code 2, expected ones in one line."""
    _register_commands()
    try:
        sys.exit(app(standalone_mode=False))
    except (RefactorAgentError, typer.TyperException) as error:
        _complain(error)
        sys.exit(FAULT)
    except Exception:  # noqa: BLE001 - the last frame: Python's own exit code would say "findings"
        traceback.print_exc()
        typer.echo("error: refactor-agent failed; the lines above say where", err=True)
        sys.exit(FAULT)


def _complain(error: RefactorAgentError | typer.TyperException) -> None:
    """Say in one line what is wrong; a command group called bare has shown its help instead."""
    text = error.format_message() if isinstance(error, typer.TyperException) else str(error)
    if text:
        typer.echo(f"error: {' '.join(text.split())}", err=True)


def _register_commands() -> None:
    from refactor_agent import cli

    for module in pkgutil.iter_modules(cli.__path__):
        if not module.name.startswith("_"):
            importlib.import_module(f"{cli.__name__}.{module.name}")
