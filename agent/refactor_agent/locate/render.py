"""Regions for people and for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Protocol

from refactor_agent.domain.place import Site
from refactor_agent.domain.region import Located, Region
from refactor_agent.locate.sources import SourceLines
from refactor_agent.project import Project

__all__ = ["RuleTexts", "regions_as_json", "render_text"]


class RuleText(Protocol):
    """The prose of a rule."""

    @property
    def name(self) -> str:
        """Such as ``time-sleep``."""
        ...

    @property
    def does(self) -> str:
        """What the rule does, in a paragraph."""
        ...


class RuleTexts(Protocol):
    """Gives the prose of rules; `refactor_agent.rulebook.RuleBook` does."""

    def rule(self, rule_id: str, /) -> RuleText:
        """Give the rule."""
        ...


def render_text(located: Located, project: Project, rules: RuleTexts) -> str:
    """Render regions as a compiler would: where, what, through which calls, what to do.

    Ends with a line that counts them; sources are read again from ``project``.
    """
    lines = SourceLines({item.file: item.path for item in project.sources.files})
    blocks = ["\n".join(_block(region, lines, rules)) for region in located.regions]
    entries = len({region.entry for region in located.regions})
    if not blocks:
        return "nothing blocks the event loop\n"
    count = f"{len(blocks)} blocking {'path' if len(blocks) == 1 else 'paths'}"
    total = f"{count} in {entries} async {'function' if entries == 1 else 'functions'}"
    return "\n\n".join([*blocks, total]) + "\n"


def _block(region: Region, lines: SourceLines, rules: RuleTexts) -> Iterator[str]:
    first = region.hops[0]
    path = " -> ".join([*(_short(hop.callee) for hop in region.hops[:-1]), region.callee])
    doubt = "" if region.confidence == "high" else f", {region.confidence} confidence"
    yield (
        f"{first.site}:{first.site.span.column + 1}: {region.rule} async function "
        f"`{_short(region.entry)}` blocks the loop: {path} [weight {region.weight}{doubt}]"
    )
    for depth, hop in enumerate(region.hops):
        yield f"    {'  ' * depth}{hop.site}: {_clip(lines, hop.site)}"
    yield f"    = {_advice(rules.rule(region.rule))}"


_VARIANT = re.compile(r"#\d+")


def _plain(name: str) -> str:
    """Give a qualified name as people write it, without the number of its variant."""
    return _VARIANT.sub("", name)


def _short(name: str) -> str:
    """Give the last two parts of a qualified name: the class and its method."""
    return ".".join(_plain(name).split(".")[-2:])


def _clip(lines: SourceLines, site: Site) -> str:
    text = lines.line(site)
    return text if len(text) <= 100 else f"{text[:99]}…"


def _advice(rule: RuleText) -> str:
    sentence, stop, _ = " ".join(rule.does.split()).partition(". ")
    return f"{rule.name}: {sentence}{stop.strip()}"


def regions_as_json(located: Located) -> str:
    """Render regions as JSON: an object with ``regions`` and ``skipped``.

    Each region says where its async function enters the chain (``file``, ``line``), the
    ``function``, ``callee``, ``kind``, ``chain`` and ``hops``, and how sure and how heavy it is.
    """
    document = {
        "regions": [_record(region) for region in located.regions],
        "skipped": [{"file": item.file, "reason": item.reason} for item in located.skipped],
    }
    return json.dumps(document, indent=2)


def _record(region: Region) -> dict[str, object]:
    first = region.hops[0].site
    return {
        "id": region.id,
        "file": first.file,
        "line": first.span.line,
        "column": first.span.column + 1,
        "function": _plain(region.entry),
        "callee": region.callee,
        "kind": region.kind,
        "chain": [_plain(name) for name in region.chain],
        "hops": [
            {
                "function": _plain(hop.function),
                "file": hop.site.file,
                "line": hop.site.span.line,
                "callee": _plain(hop.callee),
            }
            for hop in region.hops
        ],
        "rule": region.rule,
        "weight": region.weight,
        "confidence": region.confidence,
        "snippet": region.snippet,
    }
