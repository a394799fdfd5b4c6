"""`refactor-agent rules`: read, check and export rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refactor_agent.cli.app import CHANGES, CLEAN, app

__all__ = ["rules"]

rules = typer.Typer(no_args_is_help=True, help="Read, check and export rules.")
app.add_typer(rules, name="rules")


@rules.command("list")
def list_all(
    path: Annotated[Path, typer.Argument(help="The project whose own rules count too.")] = Path(),
) -> None:
    """List the rules in force for a project."""
    from refactor_agent.project import open_project
    from refactor_agent.rulebook.text import list_rules
    from refactor_agent.run.rules import rules_for

    typer.echo(list_rules(rules_for(open_project(path))).rstrip("\n"))


@rules.command()
def show(
    rule: Annotated[str, typer.Argument(help="The rule's id, such as RA101.")],
    path: Annotated[Path, typer.Argument(help="The project whose own rules count too.")] = Path(),
) -> None:
    """Show one rule: what it finds, why that blocks, what the conversion changes."""
    from refactor_agent.project import open_project
    from refactor_agent.rulebook.text import show_rule
    from refactor_agent.run.rules import rules_for

    typer.echo(show_rule(rules_for(open_project(path)).rule(rule)).rstrip("\n"))


@rules.command()
def check(
    directory: Annotated[Path, typer.Argument(help="A directory with rule or .mdc files.")],
) -> None:
    """Check a directory of rule files, or of Cursor rules; a line for each fault."""
    from refactor_agent.rulebook.check import check_rules
    from refactor_agent.rulebook.export import check_cursor_rules

    is_cursor = any(directory.glob("**/*.mdc"))
    faults = check_cursor_rules(directory) if is_cursor else check_rules(directory)
    for fault in faults:
        typer.echo(fault)
    raise typer.Exit(CHANGES if faults else CLEAN)


@rules.command()
def export(
    path: Annotated[Path, typer.Argument(help="The project's directory.")] = Path(),
) -> None:
    """Write the rules into a project as Cursor rules, and as a section of its CLAUDE.md."""
    from refactor_agent.project import open_project
    from refactor_agent.rulebook.export import export_to
    from refactor_agent.run.rules import rules_for

    project = open_project(path)
    for file in export_to(project.root, rules_for(project)):
        typer.echo(file)
