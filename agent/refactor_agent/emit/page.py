"""The report as a page to read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from refactor_agent.domain.place import Site
from refactor_agent.domain.plan import Refusal
from refactor_agent.emit.report import Report

__all__ = ["as_markdown"]

_SPECIAL = re.compile(r"(`[^`]*`)|([\\*<\[\]|`]|(?<!\w)_|_(?!\w))")


class _SameRefusals(NamedTuple):
    """Refusals that differ in nothing but their site."""

    refusal: Refusal
    sites: tuple[Site, ...]


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
    environment.filters["text"] = _text
    environment.filters["merged"] = _merged
    regions = {region.id: region for region in report.regions}
    return environment.get_template("report.md.j2").render(report=report, regions=regions)


def _text(text: str) -> str:
    """Put plain text on one line of Markdown; what stands in backticks stays code."""
    line = " ".join(text.split())
    return _SPECIAL.sub(lambda found: found[1] or "\\" + found[2], line)


def _merged(refusals: Sequence[Refusal]) -> list[_SameRefusals]:
    """Give equal refusals once, with all their sites, in the order of their first."""
    groups: dict[Refusal, dict[Site, None]] = {}
    for refusal in refusals:
        sites = groups.setdefault(refusal.model_copy(update={"site": None}), {})
        if refusal.site is not None:
            sites[refusal.site] = None
    return [_SameRefusals(refusal, tuple(sites)) for refusal, sites in groups.items()]
