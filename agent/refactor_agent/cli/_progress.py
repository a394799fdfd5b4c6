"""What people see on stderr while a run goes on, and what they are told at its end."""

from __future__ import annotations

import shlex
from pathlib import Path
from types import TracebackType
from typing import Self

import rich.progress
import typer
from rich.console import Console

from refactor_agent.cli.app import CHANGES, CLEAN
from refactor_agent.emit.report import Report
from refactor_agent.emit.summary import as_text
from refactor_agent.graph import Ending
from refactor_agent.run.services import Services

__all__ = ["Progress", "path_argument"]

_STAGES = {
    "locate": "looking for what blocks the loop",
    "plan": "planning",
    "baseline": "looking at the project's tests as they are",
    "combine": "verifying the combined result",
    "finish": "writing patches and the report",
}


class Progress:
    """A `Reporter` that draws bars on a terminal, and prints a line a stage elsewhere."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._bars = rich.progress.Progress(
            rich.progress.SpinnerColumn(),
            rich.progress.TextColumn("{task.description}"),
            rich.progress.BarColumn(),
            rich.progress.MofNCompleteColumn(),
            rich.progress.TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._stage = self._bars.add_task("starting", total=1)
        self._changes: rich.progress.TaskID | None = None
        self._names: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def event(self, name: str, /, **fields: str | float) -> None:
        """Take one event of the run."""
        node, _, moment = name.partition(":")
        if moment == "started" and node in _STAGES:
            self._begin(_STAGES[node])
        elif node == "change" and moment == "started":
            self._begin_change(str(fields.get("task", "")))
        elif node == "change" and self._changes is not None:
            self._bars.advance(self._changes)
        elif node == "notice":
            self._console.print(f"note: {fields.get('text', '')}", highlight=False, soft_wrap=True)
        elif moment == "started" and node in {"propose", "verify"}:
            self._bars.update(self._stage, description=f"{node} {fields.get('change_set', '')}")

    def _begin(self, what: str) -> None:
        self._bars.update(self._stage, description=what)
        if not self._console.is_terminal:
            self._console.print(what, highlight=False)

    def _begin_change(self, _: str) -> None:
        if self._changes is None:
            self._changes = self._bars.add_task("change sets", total=0)
        task = self._bars.tasks[self._changes]
        self._bars.update(self._changes, total=(task.total or 0) + 1)

    def tell(self, services: Services, ending: Ending) -> None:
        """Print how the run ended, and leave with the exit code that says so."""
        if ending.question is not None:
            self._tell_question(services, ending)
        report = services.store.get(ending.report or "", Report)
        results = services.directory.results
        typer.echo(as_text(report), nl=False)
        for notice in report.notices:
            typer.echo(f"note: {notice}", err=True)
        for skipped in report.skipped:
            typer.echo(f"skipped {skipped.file}: {skipped.reason}", err=True)
        typer.echo(f"report: {results / 'report.md'}", err=True)
        _tell_next(report, f"{services.record.id}{path_argument(services)}")
        raise typer.Exit(CHANGES if report.regions else CLEAN)

    def _tell_question(self, services: Services, ending: Ending) -> None:
        question = ending.question or {}
        for waiting in question["change_sets"]:
            typer.echo(f"waits for approval: {waiting['change_set']} ({waiting['status']})")
        run = f"{services.record.id}{path_argument(services)}"
        typer.echo(f"answer with `refactor-agent resume {run} --approve all` or ids", err=True)
        raise typer.Exit(CHANGES)


def _tell_next(report: Report, arguments: str) -> None:
    statuses = {change.decision.status for change in report.changes if change.patch}
    if "verified" in statuses:
        typer.echo(f"apply with `refactor-agent apply {arguments}`", err=True)
    elif statuses:
        typer.echo(
            "read the unverified patches, then apply them with"
            f" `refactor-agent apply {arguments} --include-unverified`",
            err=True,
        )


def path_argument(services: Services) -> str:
    """Give what makes a command work from where the user stands."""
    target = services.directory.target
    return "" if Path.cwd() == target else f" {shlex.quote(str(target))}"
