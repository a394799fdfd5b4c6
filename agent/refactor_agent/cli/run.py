"""`refactor-agent run`: locate, plan, convert, verify, and hand over patches."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from refactor_agent.cli.app import app

__all__ = ["run"]


@app.command()
def run(  # noqa: PLR0913 - one parameter per option
    path: Annotated[Path, typer.Argument(help="The project's directory.")] = Path(),
    *,
    python: Annotated[
        str | None, typer.Option(help="The interpreter that runs the project's tests.")
    ] = None,
    test_command: Annotated[
        str | None, typer.Option(help="How the tests are run; `python -m pytest` by default.")
    ] = None,
    test_timeout: Annotated[
        float | None, typer.Option(min=1, help="Seconds that one run of the suite may take.")
    ] = None,
    tests: Annotated[
        bool, typer.Option("--tests/--no-tests", help="Run the project's tests.")
    ] = True,
    rule: Annotated[
        list[str] | None, typer.Option(help="Only this rule id; may be given several times.")
    ] = None,
    jobs: Annotated[
        int, typer.Option(min=1, help="Test runs that go on side by side.")
    ] = os.cpu_count() or 1,
    ask: Annotated[
        bool, typer.Option("--ask", help="Wait for approval before the patches are combined.")
    ] = False,
    model: Annotated[
        str | None,
        typer.Option(
            help="A model for what the rules can't convert; with SMALL,BIG the next when one fails."
        ),
    ] = None,
    base_url: Annotated[str | None, typer.Option(help="Its OpenAI-compatible endpoint.")] = None,
    rounds: Annotated[int, typer.Option(min=0, help="Repairs after a model's first answer.")] = 2,
    review: Annotated[
        bool, typer.Option("--review", help="Have the model try to refute what it made.")
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no model, whatever else is said.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what a model would be asked, and the cost.")
    ] = False,
) -> None:
    """Convert what blocks the event loop, prove each change, and write patches.

    The project's own files are not touched: `refactor-agent apply` does that.
    """
    from refactor_agent.cli._drive import drive
    from refactor_agent.cli._progress import Progress
    from refactor_agent.llm import model_config
    from refactor_agent.run.options import RunOptions
    from refactor_agent.run.start import start_run

    names = [name.strip() for name in (model or "").split(",") if name.strip()]
    first, *others = [model_config(name, base_url, offline=offline) for name in names] or [None]
    options = RunOptions(
        python=python,
        test_command=test_command,
        test_timeout=test_timeout,
        tests=tests,
        rules=tuple(rule or ()),
        jobs=jobs,
        approval="ask" if ask else "auto",
        model=first,
        escalate=tuple(config for config in others if config is not None),
        review=review,
        offline=offline,
        rounds=rounds,
    )
    if dry_run:
        from refactor_agent.run.estimate import estimate, estimate_text

        typer.echo(estimate_text(estimate(path, options)), nl=False)
        return
    with Progress() as progress:
        services = start_run(path, options, progress)
        ending = drive(services)
    progress.tell(services, ending)
