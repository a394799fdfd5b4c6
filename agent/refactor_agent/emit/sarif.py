"""Regions as SARIF 2.1.0, for code scanning.

The chain stands in ``codeFlows``. Columns count Unicode code points, as `columnKind` says; regions
count UTF-8 bytes, so each column is converted with its source line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from refactor_agent import __version__
from refactor_agent.domain.place import Site
from refactor_agent.domain.region import Located, Region, Skipped
from refactor_agent.domain.suppression import Remark
from refactor_agent.emit.severity import SARIF_LEVELS
from refactor_agent.locate import SourceLines, advice, notes
from refactor_agent.rulebook import Rule, RuleBook
from refactor_agent.rulebook.text import show_rule

__all__ = ["as_sarif"]

Json = Mapping[str, object]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_REMARKS = {
    "suppression-without-reason": "A suppression that does not say why the code may block.",
    "unknown-suppressed-rule": "A suppression of a rule that does not exist.",
    "unused-suppression": "A suppression that suppresses nothing.",
}


def as_sarif(
    located: Located,
    rulebook: RuleBook,
    lines: SourceLines,
    remarks: Sequence[Remark] = (),
    prefix: str = "",
) -> str:
    """Render the regions, the remarks on suppressions, and the skipped files as notifications.

    ``prefix`` is the project's path inside its repository: code scanning names files from there.
    """
    log = _Log(rulebook, lines, prefix)
    rules = sorted({region.rule for region in located.regions})
    names = sorted({remark.name for remark in remarks})
    numbers = {name: number for number, name in enumerate((*rules, *names))}
    run = {
        "tool": {
            "driver": {
                "name": "refactor-agent",
                "version": __version__,
                "rules": [
                    *(_descriptor(rulebook.rule(identifier)) for identifier in rules),
                    *(_remark_descriptor(name) for name in names),
                ],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The repository's top."}}},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [log.notification(one) for one in located.skipped],
            }
        ],
        "results": [
            *(log.result(region, numbers[region.rule]) for region in located.regions),
            *(log.remark(remark, numbers[remark.name]) for remark in remarks),
        ],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _descriptor(rule: Rule) -> Json:
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.does},
        "help": {"text": rule.does, "markdown": show_rule(rule)},
        "properties": {"tags": ["async", "performance"], "precision": "high"},
    }


def _remark_descriptor(name: str) -> Json:
    text = {"text": _REMARKS[name]}
    return {"id": name, "name": name, "shortDescription": text, "fullDescription": text}


class _Log:
    def __init__(self, rulebook: RuleBook, lines: SourceLines, prefix: str) -> None:
        self._rulebook = rulebook
        self._lines = lines
        self._prefix = prefix

    def result(self, region: Region, number: int) -> Json:
        chain = " → ".join(region.chain)
        help_ = "; ".join((advice(region, self._rulebook), *notes(region)))
        return {
            "ruleId": region.rule,
            "ruleIndex": number,
            "level": SARIF_LEVELS[region.severity],
            "message": {
                "text": f"{region.entry} blocks the event loop: {chain}. What to do: {help_}."
            },
            "locations": [{"physicalLocation": self._place(region.hops[0].site)}],
            "codeFlows": [{"threadFlows": [{"locations": list(self._steps(region))}]}],
            # The first is the one that GitHub compares; it would make its own from the lines.
            "partialFingerprints": {
                "primaryLocationLineHash": f"{region.id}:1",
                "region/v1": region.id,
            },
            "rank": region.weight * 10.0,
            "properties": {
                "weight": region.weight,
                "severity": region.severity,
                "confidence": region.confidence,
                "kind": region.kind,
                "category": region.category,
            },
        }

    def _steps(self, region: Region) -> Iterator[Json]:
        for hop in region.hops:
            text = f"{hop.function} calls {hop.callee}"
            place = self._place(hop.site)
            yield {"location": {"physicalLocation": place, "message": {"text": text}}}

    def remark(self, remark: Remark, number: int) -> Json:
        place = {**self._file(remark.file), "region": {"startLine": remark.line}}
        return {
            "ruleId": remark.name,
            "ruleIndex": number,
            "level": "warning",
            "message": {"text": remark.text},
            "locations": [{"physicalLocation": place}],
        }

    def notification(self, skipped: Skipped) -> Json:
        return {
            "level": "warning",
            "message": {"text": f"skipped {skipped.file}: {skipped.reason}"},
            "locations": [{"physicalLocation": self._file(skipped.file)}],
        }

    def _place(self, site: Site) -> Json:
        span, column = site.span, self._lines.column_at
        region = {
            "startLine": span.line,
            "startColumn": column(site.file, span.line, span.column),
            "endLine": span.end_line,
            "endColumn": column(site.file, span.end_line, span.end_column),
        }
        return {**self._file(site.file), "region": region}

    def _file(self, file: str) -> Json:
        uri = quote(self._prefix + file)
        return {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}}
