"""An incident: evidence joined with a scan, and a model that may be asked about it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from refactor_agent.domain.callgraph import CallGraph, Function
from refactor_agent.domain.plan import Refusal
from refactor_agent.emit.audit import AuditLog
from refactor_agent.errors import UsageError
from refactor_agent.llm import Ledger, ModelConfig, Prompts, open_model
from refactor_agent.llm.incident import Evidence, Frame, Incident, kind_of, make_incident
from refactor_agent.llm.request import NamedCode
from refactor_agent.llm.triage import triage_by_model
from refactor_agent.llm.triage_answer import TriageAnswer
from refactor_agent.project import Project
from refactor_agent.rulebook import RuleBook
from refactor_agent.run.directory import RunDirectory
from refactor_agent.run.models import key_of
from refactor_agent.run.record import ModelRecord
from refactor_agent.run.services import locate_tree
from refactor_agent.store import Store
from refactor_agent.tree import Tree

__all__ = ["ask_about", "gather_incident", "new_place", "read_evidence"]

_MOST_FUNCTIONS = 6
_LONGEST = 80
"""Lines of a function that is shown."""
_MOST_EVIDENCE = 60_000
"""Characters of one piece: its beginning and its end are kept."""


def read_evidence(name: str, text: str) -> Evidence:
    """Make a piece of evidence of what somebody pasted; a long one loses its middle."""
    half = _MOST_EVIDENCE // 2
    if len(text) > _MOST_EVIDENCE:
        text = f"{text[:half]}\n[… {len(text) - 2 * half} characters left out …]\n{text[-half:]}"
    return Evidence(kind=kind_of(text), text=text, source=name)


def gather_incident(
    project: Project, rulebook: RuleBook, title: str, evidence: Sequence[Evidence]
) -> Incident:
    """Join the evidence with what a scan of the project finds."""
    tree = Tree(project.root)
    located = locate_tree(project, rulebook, tree)
    files = [source.file for source in project.sources.files]
    made = make_incident(title, evidence, located.regions, files)
    code = tuple(_code(made.frames, located.graph, tree))
    return made.model_copy(update={"code": code})


def _code(frames: Sequence[Frame], graph: CallGraph, tree: Tree) -> Iterator[NamedCode]:
    """Give the functions that the frames stand in, each once."""
    shown: dict[str, Function] = {}
    for frame in frames:
        function = _around(frame, graph)
        if function is not None:
            shown.setdefault(function.name, function)
    for function in list(shown.values())[:_MOST_FUNCTIONS]:
        lines = tree.read(function.file).decode(errors="replace").splitlines()
        span = function.span
        kept = lines[span.line - 1 : min(span.end_line, span.line - 1 + _LONGEST)]
        yield NamedCode(name=function.name, code="\n".join(kept))


def _around(frame: Frame, graph: CallGraph) -> Function | None:
    """Give the innermost function around a frame's line."""
    around = [
        function
        for function in graph.functions.values()
        if function.file == frame.file
        and function.span.line <= frame.line <= function.span.end_line
    ]
    return max(around, key=lambda function: function.span.line, default=None)


def new_place(root: Path) -> Path:
    """Make the directory of one incident; raises `UsageError` where that can't be."""
    home = root / ".refactor-agent"
    place = home / "incidents" / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    try:
        place.mkdir(parents=True)
        (home / ".gitignore").write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"can't write to {error.filename}: {error.strerror}") from error
    return place


async def ask_about(
    incident: Incident, config: ModelConfig, prompts: Prompts, root: Path, place: Path
) -> TriageAnswer | Refusal:
    """Ask a model; what is sent and what that costs is kept in ``place``."""
    store = Store(RunDirectory(root, "").project_state / "store")
    record = ModelRecord(place, store, AuditLog(place / "audit.jsonl"))
    ledger = await asyncio.to_thread(Ledger, place / "ledger.jsonl", record)
    opened = partial(open_model, config, key_of(config), store=store, ledger=ledger)
    async with await asyncio.to_thread(opened) as model:
        return await triage_by_model(incident, model, prompts)
