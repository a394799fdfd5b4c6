"""Begin a run, or open one that was begun."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from refactor_agent import __version__
from refactor_agent.emit.audit import AuditLog
from refactor_agent.entry import EntryGround, check_entries
from refactor_agent.errors import UsageError
from refactor_agent.llm import (
    Ground,
    Ledger,
    ModelConfig,
    open_model,
)
from refactor_agent.locate import Nearby
from refactor_agent.ports import Reporter
from refactor_agent.project import (
    Interpreter,
    Project,
    dirty_files,
    find_interpreter,
    open_project,
    revision,
    take_snapshot,
)
from refactor_agent.run.directory import RunDirectory, find_run, new_run_id
from refactor_agent.run.gate import Gate
from refactor_agent.run.models import key_of
from refactor_agent.run.options import RunOptions, RunRecord
from refactor_agent.run.places import new_places
from refactor_agent.run.prompts import prompts_for
from refactor_agent.run.proposer import Patience, Proposer, ground_for
from refactor_agent.run.record import ModelRecord
from refactor_agent.run.rules import rules_for
from refactor_agent.run.sandbox import isolation_for, sandbox_for
from refactor_agent.run.services import NOTICE, Services, locate_tree
from refactor_agent.store import Store
from refactor_agent.tree import Tree
from refactor_agent.verify import (
    Bench,
    Differential,
    Locate,
    WorkspacePool,
    make_target,
    remember_located,
)

__all__ = ["open_run", "start_run"]


def start_run(path: Path, options: RunOptions, reporter: Reporter) -> Services:
    """Make the run's directories and its snapshot of the project at ``path``.

    Everything that can be wrong with the input is found here: raises `UsageError`.
    """
    project = open_project(path)
    if not project.sources.files:
        raise UsageError(f"{path} holds no Python files; give the directory of a Python project")
    rules_for(project, options.rules)
    prompts_for(project)
    for config in (options.model, *options.escalate) if options.model else ():
        key_of(config)
    interpreter = find_interpreter(project.root, project.config, options.python)
    if options.tests:
        isolation_for(project.config, interpreter)
    if options.entries:
        _check_entries(project, options, interpreter)
    record = RunRecord(
        id=new_run_id(),
        tool_version=__version__,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        target=str(project.root),
        options=options,
        revision=revision(project.root),
        interpreter=interpreter,
    )
    directory = RunDirectory(project.root, record.id)
    directory.create(record)
    take_snapshot(project.root, directory.snapshot)
    services = _services(record, directory, reporter)
    services.audit.append_once("started", run=record.id, tool_version=record.tool_version)
    _note_uncommitted(services)
    return services


def _note_uncommitted(services: Services) -> None:
    """Say before the work that its patches will find no tree to be applied to."""
    dirty = dirty_files(services.directory.target)
    if dirty:
        others = f" and {len(dirty) - 1} more" if len(dirty) > 1 else ""
        text = (
            f"Uncommitted changes in {dirty[0]}{others}: `apply` takes patches of a clean tree"
            " alone. Commit or stash them, and run again, before you apply these."
        )
        services.audit.append_once(NOTICE, text=text)
        services.reporter.event("notice", text=text)


def _check_entries(project: Project, options: RunOptions, interpreter: Interpreter) -> None:
    rulebook = rules_for(project, options.rules)
    locate = partial(locate_tree, project, rulebook, nearby=Nearby())
    ground = EntryGround(
        project, rulebook, interpreter, Tree(project.root), remember_located(locate)
    )
    check_entries(ground, options.entries, apart=options.entry_mode == "twin-apart")


def open_run(path: Path, name: str, reporter: Reporter, *, offline: bool = False) -> Services:
    """Open a run that was begun, to go on with it; raises `UsageError` when it can't be.

    ``offline`` asks no model from here on; what models answered before counts.
    """
    project = open_project(path)
    directory = find_run(project.root, name)
    record = directory.record()
    if record.tool_version != __version__:
        raise UsageError(
            f"run {record.id} was begun by refactor-agent {record.tool_version}, this is"
            f" {__version__}; start a new run"
        )
    if not directory.snapshot.is_dir():
        if (directory.results / "report.json").exists() and not directory.checkpoint.exists():
            raise UsageError(
                f"run {record.id} is over; its report is {directory.results}/report.md"
            )
        take_snapshot(project.root, directory.snapshot)
    if offline and record.options.model is not None:
        record = record.model_copy(update={"options": record.options.without_calls()})
        text = "Resumed with --offline: from there on no model was asked."
        AuditLog(directory.audit).append_once(NOTICE, text=text)
    return _services(record, directory, reporter)


def _services(record: RunRecord, directory: RunDirectory, reporter: Reporter) -> Services:
    copied = open_project(directory.snapshot)
    project = Project(copied.root, copied.config.anchored(directory.target))
    rulebook = rules_for(project, record.options.rules)
    store = Store(directory.project_state / "store")
    places = new_places(record.id)
    remembered = remember_located(partial(locate_tree, project, rulebook, nearby=Nearby()))
    services = Services(
        record=record,
        directory=directory,
        project=project,
        rulebook=rulebook,
        store=store,
        audit=AuditLog(directory.audit),
        reporter=reporter,
        gate=_gate(record, project, remembered, Differential(rulebook, store), places),
        places=places,
        locate=remembered,
    )
    if record.options.model is not None:
        configs = (record.options.model, *record.options.escalate)
        services.proposer = _proposer(services, configs)
    return services


def _proposer(services: Services, configs: Sequence[ModelConfig]) -> Proposer:
    def ground() -> Ground:
        interpreter = services.record.interpreter
        return ground_for(services.located, services.base, services.rulebook, interpreter)

    results, store = services.directory.results, services.store
    ledger = Ledger(results / "ledger.jsonl", ModelRecord(results, store, services.audit))
    models = tuple(
        open_model(config, key_of(config), store=store, ledger=ledger, reporter=services.reporter)
        for config in configs
    )
    for model in models:
        if model.disclosure:
            services.audit.append_once(NOTICE, text=f"{model.disclosure}.")
    options = services.record.options
    patience = Patience(rounds=options.rounds, samples=options.samples)
    return Proposer(models, prompts_for(services.project), ground, patience)


def _gate(
    record: RunRecord, project: Project, locate: Locate, differential: Differential, places: Path
) -> Gate:
    options = record.options
    target = make_target(project, record.interpreter, options.test_command)
    target = target.model_copy(update={"flag": options.flag})
    if options.test_timeout is not None:
        target = target.model_copy(update={"limit": options.test_timeout})
    bench = Bench(
        sandbox_for(project.config, record.interpreter, jobs=options.jobs),
        WorkspacePool(project.root, places, options.jobs),
        asyncio.Semaphore(options.jobs),
        locate,
        differential,
    )
    return Gate(record.id, differential.store, target, bench, options.tests)
