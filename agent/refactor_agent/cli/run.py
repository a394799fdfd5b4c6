"""`refactor-agent run`: locate, plan, convert, verify, and hand over patches."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from refactor_agent.cli import _models as options
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
        str | None, typer.Option(help="How the tests are run; found by looking by default.")
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
    flag: Annotated[
        str | None,
        typer.Option(help="Keep the old path too, and let this rollout flag choose at run time."),
    ] = None,
    flag_percent: Annotated[
        float,
        typer.Option(min=0, max=100, help="Its share of new calls while no setting says else."),
    ] = 0,
    concurrent: Annotated[
        list[str] | None,
        typer.Option(
            help="Only run the iterations of the loop at FILE:LINE at once, if shown independent."
        ),
    ] = None,
    entry: Annotated[
        list[str] | None,
        typer.Option(help="Only make all async that MODULE:NAME reaches; with one of the next."),
    ] = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Entries: replace the sync code, and its tests.")
    ] = False,
    twin: Annotated[
        bool, typer.Option("--twin", help="Entries: keep the sync code, and add an async side.")
    ] = False,
    apart: Annotated[
        bool, typer.Option("--apart", help="Twins: in a package of their own, named _async.")
    ] = False,
    model: options.Model = None,
    profile: options.Profile = None,
    base_url: options.BaseUrl = None,
    api: options.Api = None,
    stream: options.Stream = None,
    key_from: options.KeyFrom = None,
    temperature: options.Temperature = None,
    rounds: options.Rounds = 2,
    samples: options.Samples = 0,
    model_turn: options.ModelTurn = options.Turn.LAST,
    review: options.Review = False,
    review_all: options.ReviewAll = False,
    limit: options.Limit = None,
    limit_each: options.LimitEach = None,
    record: options.Record = None,
    offline: options.Offline = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what a model would be asked, and the cost.")
    ] = False,
) -> None:
    """Convert what blocks the event loop, prove each change, and write patches.

    The project's own files are not touched: `refactor-agent apply` does that.
    """
    from refactor_agent.cli._drive import drive
    from refactor_agent.cli._progress import Progress
    from refactor_agent.project import open_project
    from refactor_agent.run.models import ModelChoice, configured_models, read_amounts
    from refactor_agent.run.options import RunOptions, entry_mode, make_flag
    from refactor_agent.run.start import start_run

    choice = ModelChoice(
        models=options.names_in(model),
        profiles=options.names_in(profile),
        base_url=base_url,
        api=api.value if api else None,
        stream=stream,
        key_from=key_from,
        temperature=temperature,
        record=str(Path(record).absolute()) if record else None,
        limits=read_amounts(limit or (), "--limit"),
        change_set_limits=read_amounts(limit_each or (), "--limit-each"),
        offline=offline,
    )
    models = configured_models(open_project(path).config, choice)
    asked = RunOptions(
        python=python,
        test_command=test_command,
        test_timeout=test_timeout,
        tests=tests,
        rules=tuple(rule or ()),
        jobs=jobs,
        approval="ask" if ask else "auto",
        model=models[0] if models else None,
        escalate=models[1:],
        review="all" if review_all else "model" if review else "none",
        offline=offline,
        rounds=rounds,
        samples=samples,
        model_turn=model_turn.value,
        flag=make_flag(flag, flag_percent),
        concurrent=tuple(concurrent or ()),
        entries=tuple(entry or ()),
        entry_mode=entry_mode(
            entry or (),
            in_place=in_place,
            twin=twin,
            apart=apart,
            others=[
                name for name, given in (("--flag", flag), ("--concurrent", concurrent)) if given
            ],
        ),
    )
    if dry_run:
        from refactor_agent.run.estimate import estimate, estimate_text

        typer.echo(estimate_text(estimate(path, asked)), nl=False)
        return
    with Progress() as progress:
        services = start_run(path, asked, progress)
        ending = drive(services)
    progress.tell(services, ending)
