"""The report as the terminal shows it: one line a change set, and one why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from refactor_agent.emit.names import local_name
from refactor_agent.emit.report import Report, ReportedChange

__all__ = ["as_text"]

_CALLS_SHOWN = 2


class _Row(NamedTuple):
    place: str
    name: str
    what: str


def as_text(report: Report) -> str:
    """Give the change sets by how they ended, the first reason of each, and the sum of it all."""
    rows = {change.change_set.id: _row(report, change) for change in report.changes}
    places = max((len(row.place) for row in rows.values()), default=0)
    names = max((len(row.name) for row in rows.values()), default=0)
    lines = []
    for status, changes in report.grouped().items():
        lines.append(f"{status} ({len(changes)})")
        for change in changes:
            row = rows[change.change_set.id]
            lines.append(f"  {row.place:<{places}}  {row.name:<{names}}  {row.what}")
            lines.extend(f"      {line}" for line in _why(report, change))
        lines.append("")
    return "\n".join([*lines, _sum(report), ""])


def _row(report: Report, change: ReportedChange) -> _Row:
    wanted = set(change.change_set.regions)
    regions = [region for region in report.regions if region.id in wanted]
    calls = list(dict.fromkeys(region.callee for region in regions))
    more = f" (+{len(calls) - _CALLS_SHOWN})" if len(calls) > _CALLS_SHOWN else ""
    shown = f"{', '.join(calls[:_CALLS_SHOWN])}{more}"
    entries = change.change_set.entries
    others = f" (+{len(entries) - 1})" if len(entries) > 1 else ""
    below = change.change_set.stands_on
    stands = f"; stands on {', '.join(below)}" if below else ""
    return _Row(
        place=str(regions[0].hops[0].site) if regions else entries[0].file,
        name=change.change_set.id,
        what=f"{local_name(entries[0])}{others}{': ' * bool(calls)}{shown}{stands}",
    )


def _why(report: Report, change: ReportedChange) -> Iterator[str]:
    """Give the first reason, unless the run's notices say it of every change set."""
    reasons = change.reasons()
    if reasons and reasons[0] != report.suite.problem:
        more = f" (+{len(reasons) - 1} more in the report)" if len(reasons) > 1 else ""
        yield reasons[0].partition("\n")[0] + more


def _sum(report: Report) -> str:
    if not report.regions and not report.changes:
        return "nothing blocks the event loop"
    counted = ", ".join(f"{count} {status}" for status, count in report.counts().items())
    if not report.regions:
        return f"{_many(len(report.changes), 'change set')}: {counted}"
    paths = _many(len(report.regions), "blocking path")
    return f"{paths} in {_many(len(report.changes), 'change set')}: {counted}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
