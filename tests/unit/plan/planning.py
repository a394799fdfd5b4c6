"""Before-projects as text, and the plans they get from the real locator and the shipped rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from refactor_agent.domain.plan import Attempt, ChangeSet, Plan
from refactor_agent.locate import locate
from refactor_agent.plan import REASONS, make_plan
from refactor_agent.project import open_project
from refactor_agent.rulebook import RuleBook


def write_project(root: Path, text: str) -> None:
    """Write files given as text, each below a ``## path`` line."""
    parts = re.split(r"^## (\S+)\n", text, flags=re.MULTILINE)
    for file, content in zip(parts[1::2], parts[2::2], strict=True):
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def plan_for(root: Path, text: str, rulebook: RuleBook) -> Plan:
    write_project(root, text)
    project = open_project(root)
    return make_plan(locate(project, rulebook), rulebook, project)


def shown(change_set: ChangeSet) -> str:
    """Render a change set: ``entries: first attempt | other strategies`` or the reasons."""
    entries = ", ".join(ref.name.rpartition(".")[2] for ref in change_set.entries)
    if not change_set.attempts:
        return f"{entries}: leave {' '.join(sorted({r.reason for r in change_set.refusals}))}"
    first, *others = change_set.attempts
    rest = "".join(f" | {attempt.strategy}" for attempt in others)
    return f"{entries}: {' '.join(_edits(first))}{rest}"


def _edits(attempt: Attempt) -> Iterator[str]:
    yield attempt.strategy
    for colour in attempt.colours:
        bare = colour.function.name.rpartition(".")[2]
        yield f"{bare}>{colour.new_name}" if colour.mode == "twin" else f"{bare}!"
    for call in attempt.calls:
        name = call.callee.rpartition(".")[2]
        yield f"{name}@{call.site.span.line}={call.action}"
    for demote in attempt.demotes:
        yield f"-{demote.function.name.rpartition('.')[2]}"


def planned(root: Path, text: str, rulebook: RuleBook) -> list[str]:
    """Plan an indented project and render its change sets; every reason must be a known one."""
    lines = "\n".join(line[8:] for line in text.splitlines()[1:])
    plan = plan_for(root, lines, rulebook)
    for change_set in plan.change_sets:
        assert {refusal.reason for refusal in change_set.refusals} <= set(REASONS)
    return [shown(change_set) for change_set in plan.change_sets]
