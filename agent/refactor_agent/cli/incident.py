"""`refactor-agent incident`: what an incident's evidence has to do with the code."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from refactor_agent.cli import _models as options
from refactor_agent.cli.app import CHANGES, CLEAN, app
from refactor_agent.errors import UsageError

__all__ = ["incident"]


@app.command()
def incident(  # noqa: PLR0913 - one parameter per option
    evidence: Annotated[
        list[str],
        typer.Argument(
            help="Files with stack dumps, tracebacks, reports of `trace`, logs; `-` is stdin."
        ),
    ],
    *,
    project: Annotated[Path, typer.Option(help="The project's directory.")] = Path(),
    title: Annotated[str, typer.Option(help="What is wrong, in one line.")] = "An incident",
    output: Annotated[
        Path | None, typer.Option(help="Write to this file, and print nothing.")
    ] = None,
    model: options.Model = None,
    profile: options.Profile = None,
    base_url: options.BaseUrl = None,
    key_from: options.KeyFrom = None,
    limit: options.Limit = None,
    offline: options.Offline = False,
) -> None:
    """Join evidence of an incident with a scan, and say what it points to.

    Without a model it prints a filled-in page that a person can work from. With one it prints the
    model's hypotheses, for a person to check. Nothing is changed. Exit code 1: a finding of the
    scan stands in the evidence.
    """
    import asyncio

    from refactor_agent.domain.plan import Refusal
    from refactor_agent.llm.triage import triage_text
    from refactor_agent.project import open_project
    from refactor_agent.run.incident import ask_about, gather_incident, new_place, read_evidence
    from refactor_agent.run.models import ModelChoice, configured_models, read_amounts
    from refactor_agent.run.prompts import prompts_for
    from refactor_agent.run.rules import rules_for

    target = open_project(project)
    choice = ModelChoice(
        models=options.names_in(model),
        profiles=options.names_in(profile),
        base_url=base_url,
        key_from=key_from,
        limits=read_amounts(limit or (), "--limit"),
        offline=offline,
    )
    models = configured_models(target.config, choice)
    pieces = [read_evidence(name, _read(name)) for name in evidence]
    prompts = prompts_for(target)
    found = gather_incident(target, rules_for(target), title, pieces)
    text = prompts.document(found)
    for config in models[:1]:
        place = new_place(target.root)
        answer = asyncio.run(ask_about(found, config, prompts, target.root, place))
        if config.disclosure:
            typer.echo(f"note: {config.disclosure}", err=True)
        if isinstance(answer, Refusal):
            typer.echo(f"note: {answer.message}; here is the page to work from", err=True)
        else:
            text = triage_text(answer, found, config.disclosure or f"model {config.model}")
        typer.echo(f"what was sent is kept in {place}", err=True)
    _write(text, output)
    raise typer.Exit(CHANGES if found.findings else CLEAN)


def _read(name: str) -> str:
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"{name} can't be read: {error.strerror}") from error
    return data.decode(errors="replace")


def _write(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{output} can't be written: {error.strerror}") from error
