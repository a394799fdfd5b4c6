"""Regions for people, as a good compiler would show them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, get_args

from refactor_agent.domain.place import Site
from refactor_agent.domain.region import Region, Severity
from refactor_agent.domain.suppression import Remark
from refactor_agent.locate.advice import Equivalents, advice, notes
from refactor_agent.locate.naming import short_name
from refactor_agent.locate.palette import Palette
from refactor_agent.locate.sources import SourceLines

__all__ = ["Shown", "render_text"]

_WIDTH = 100
_MOST_ENTRIES = 3
_SEVERITIES: tuple[Severity, ...] = get_args(Severity)


class Shown(NamedTuple):
    """What is to be shown."""

    regions: Sequence[Region]
    remarks: Sequence[Remark] = ()
    nothing: str = "nothing"
    """What blocks where there are no regions: ``nothing``, or ``nothing new``."""


def render_text(
    shown: Shown, lines: SourceLines, rules: Equivalents, palette: Palette | None = None
) -> str:
    """Render regions: where, what, through which calls, what to do.

    Paths that end in the same blocking call are one block, with the shortest of them; the
    heaviest calls come first, of those the ones that most async functions run. Light ones, which
    are most of what there is in most projects, take one line each, after the others. Ends with a
    line that counts them.
    """
    page = _Page(lines, rules, palette or Palette())
    groups = _groups(shown.regions)
    light = [line for group in groups if group[0].severity == "low" for line in page.line(group)]
    blocks = [page.block(group) for group in groups if group[0].severity != "low"]
    said = [page.remark(remark) for remark in shown.remarks]
    total = page.total(shown.regions, len(groups)) or f"{shown.nothing} blocks the event loop"
    if said:
        total += f"; {_count(len(said), 'remark')} on suppressions"
    parts = ("\n".join(part) for part in (*blocks, light, said, [total]))
    return "\n\n".join(part for part in parts if part) + "\n"


def _groups(regions: Iterable[Region]) -> list[list[Region]]:
    """Put together what ends in the same call, the shortest chain first."""
    found: dict[tuple[Site, str], list[Region]] = {}
    for region in regions:
        found.setdefault((region.hops[-1].site, region.callee), []).append(region)
    groups = [sorted(group, key=lambda region: len(region.hops)) for group in found.values()]
    return sorted(
        groups, key=lambda group: (_SEVERITIES.index(group[0].severity), -_entries(group))
    )


def _entries(regions: Iterable[Region]) -> int:
    return len({region.entry for region in regions})


class _Page:
    def __init__(self, lines: SourceLines, rules: Equivalents, palette: Palette) -> None:
        self._lines = lines
        self._rules = rules
        self._palette = palette

    def block(self, group: Sequence[Region]) -> Iterator[str]:
        region = group[0]
        yield self._heading(region)
        yield from self._quote(region.hops[0].site, region.severity)
        for hop in region.hops[1:]:
            yield f"  {self._place(hop.site)} in `{short_name(hop.function)}`"
            yield from self._quote(hop.site, region.severity)
        if region.inside:
            yield f"  inside the library: {' -> '.join(region.inside)}"
        others = group[1:]
        for other in others[:_MOST_ENTRIES]:
            site = other.hops[0].site
            yield f"  also from `{short_name(other.entry)}` at {self._place(site).rstrip(':')}"
        if len(others) > _MOST_ENTRIES:
            yield f"  and by {self._rest(others[_MOST_ENTRIES:])}"
        for note in notes(region):
            yield f"  {self._palette.advice('note:')} {note}"
        yield f"  {self._palette.advice('help:')} {advice(region, self._rules)}"

    def line(self, group: Sequence[Region]) -> Iterator[str]:
        """Give the heading alone, as a list of one."""
        more = f", and {self._rest(group[1:])}" if group[1:] else ""
        yield self._heading(group[0]) + more

    def _rest(self, regions: Sequence[Region]) -> str:
        return f"{_count(len(regions), 'more path')} to the same call"

    def _heading(self, region: Region) -> str:
        path = " -> ".join([*(short_name(hop.callee) for hop in region.hops[:-1]), region.callee])
        doubt = "" if region.confidence == "high" else f" ({region.confidence} confidence)"
        return (
            f"{self._palette.strong(self._place(region.hops[0].site))}"
            f" {self._palette.severity(region.severity, f'{region.severity}:')} {region.rule}"
            f" async function `{short_name(region.entry)}` {_does(region)} the loop: {path}{doubt}"
        )

    def remark(self, remark: Remark) -> str:
        place = self._palette.strong(f"{remark.file}:{remark.line}:")
        return f"{place} {remark.name}: {remark.text}"

    def total(self, regions: Sequence[Region], calls: int) -> str:
        """Count by severity; empty where there is nothing to count."""
        counts = Counter(region.severity for region in regions)
        parts = [
            self._palette.severity(severity, f"{counts[severity]} {severity}")
            for severity in _SEVERITIES
            if counts[severity]
        ]
        if not parts:
            return ""
        entries = _count(_entries(regions), "async function")
        through = "" if calls == len(regions) else f" to {_count(calls, 'call')}"
        computing = sum(region.category == "cpu" for region in regions)
        cpu = f" ({computing} of them computing)" if computing else ""
        total = f"{_count(len(regions), 'blocking path')} in {entries}{through}"
        return f"{total}: {', '.join(parts)}{cpu}"

    def _quote(self, site: Site, severity: Severity) -> Iterator[str]:
        """Give the line with the call, and carets under the call."""
        before, call, after = self._lines.parts(site)
        if not call:
            return
        bar = self._palette.faint("|")
        number = self._palette.faint(f"{site.span.line:5}")
        yield f"{number} {bar} {_clipped(before + call + after)}"
        if len(before) < _WIDTH:
            carets = "^" * min(len(call), _WIDTH - len(before))
            yield f"{'':5} {bar} {_blank(before)}{self._palette.severity(severity, carets)}"

    def _place(self, site: Site) -> str:
        return f"{site}:{self._lines.column(site)}:"


def _does(region: Region) -> str:
    """Tell computing from waiting: what computes gains nothing from an async equivalent."""
    return "computes on" if region.category == "cpu" else "blocks"


def _blank(text: str) -> str:
    """Give white space of the same width: tabs stay, for a terminal to widen alike."""
    return "".join("\t" if character == "\t" else " " for character in text)


def _clipped(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
