"""The report of a run, as data and as a page to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from refactor_agent.domain.decision import Decision
from refactor_agent.domain.plan import ChangeSet
from refactor_agent.domain.proposal import Author
from refactor_agent.domain.region import Region, Skipped
from refactor_agent.domain.values import Value
from refactor_agent.domain.verdict import Verdict
from refactor_agent.project import Interpreter, Revision

__all__ = ["Report", "ReportedChange", "SuiteSummary", "as_markdown"]


class SuiteSummary(Value):
    """The target's own tests before any change."""

    command: tuple[str, ...] = ()
    tests: int = 0
    passed: int = 0
    failing: tuple[str, ...] = ()
    flaky: tuple[str, ...] = ()
    seconds: float = 0.0
    """One run of the suite."""
    problem: str = ""
    """Why the suite could not be used, when it could not."""


class ReportedChange(Value):
    """A change set with all that became of it."""

    change_set: ChangeSet
    decision: Decision
    verdict: Verdict | None = None
    author: Author | None = None
    notes: tuple[str, ...] = ()
    patch: str | None = None
    """Path of its patch inside the run directory."""


class Report(Value):
    """Everything a run found, did and left."""

    format_version: Literal[1] = 1
    tool_version: str
    run: str
    target: str
    created: str
    revision: Revision
    interpreter: Interpreter
    rules: str
    """Fingerprint of the rules that were in force."""
    suite: SuiteSummary
    regions: tuple[Region, ...]
    changes: tuple[ReportedChange, ...]
    combined: Verdict | None = None
    skipped: tuple[Skipped, ...] = ()
    notices: tuple[str, ...] = ()
    """What a person should know about the run as a whole."""
    model_usage: Mapping[str, int | float | None] = {}

    def counts(self) -> Mapping[str, int]:
        """Count the change sets by how they ended."""
        return Counter(change.decision.status for change in self.changes)


def as_markdown(report: Report) -> str:
    """Render the report for people."""
    environment = Environment(
        loader=PackageLoader("refactor_agent.emit", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - the page is Markdown
    )
    regions = {region.id: region for region in report.regions}
    template = environment.get_template("report.md.j2")
    return template.render(report=report, regions=regions, counts=report.counts())
