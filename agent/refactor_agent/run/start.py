"""Begin a run, or open one that was begun."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from refactor_agent import __version__
from refactor_agent.emit.audit import AuditLog
from refactor_agent.errors import UsageError
from refactor_agent.ports import Reporter
from refactor_agent.project import Project, find_interpreter, open_project, revision, take_snapshot
from refactor_agent.run.directory import RunDirectory, find_run, new_run_id
from refactor_agent.run.options import RunOptions, RunRecord
from refactor_agent.run.rules import rules_for
from refactor_agent.run.services import Services
from refactor_agent.store import Store
from refactor_agent.verify import ProcessSandbox

__all__ = ["open_run", "start_run"]


def start_run(path: Path, options: RunOptions, reporter: Reporter) -> Services:
    """Make the run's directories and its snapshot of the project at ``path``.

    Everything that can be wrong with the input is found here: raises `UsageError`.
    """
    project = open_project(path)
    if not project.sources.files:
        raise UsageError(f"{path} holds no Python files; give the directory of a Python project")
    rules_for(project, options.rules)
    record = RunRecord(
        id=new_run_id(),
        tool_version=__version__,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        target=str(project.root),
        options=options,
        revision=revision(project.root),
        interpreter=find_interpreter(project.root, project.config, options.python),
    )
    directory = RunDirectory(project.root, record.id)
    directory.create(record)
    take_snapshot(project.root, directory.snapshot)
    services = _services(record, directory, project, reporter)
    services.audit.append_once("started", run=record.id, tool_version=record.tool_version)
    return services


def open_run(path: Path, name: str, reporter: Reporter) -> Services:
    """Open a run that was begun, to go on with it; raises `UsageError` when it can't be."""
    project = open_project(path)
    directory = find_run(project.root, name)
    record = directory.record()
    if record.tool_version != __version__:
        raise UsageError(
            f"run {record.id} was begun by refactor-agent {record.tool_version}, this is"
            f" {__version__}; start a new run"
        )
    if not directory.snapshot.is_dir() and not (directory.results / "report.json").exists():
        take_snapshot(project.root, directory.snapshot)
    return _services(record, directory, project, reporter)


def _services(
    record: RunRecord, directory: RunDirectory, project: Project, reporter: Reporter
) -> Services:
    return Services(
        record=record,
        directory=directory,
        rulebook=rules_for(project, record.options.rules),
        store=Store(directory.project_state / "store"),
        sandbox=ProcessSandbox(),
        reporter=reporter,
        slots=asyncio.Semaphore(record.options.jobs),
        audit=AuditLog(directory.audit),
    )
