"""Regions as SARIF 2.1.0, for code scanning.

The chain stands in ``codeFlows``. Columns count Unicode code points, as `columnKind` says; regions
count UTF-8 bytes, so each column is converted with its source line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from refactor_agent import __version__
from refactor_agent.domain.place import Site
from refactor_agent.domain.region import Located, Region
from refactor_agent.emit.severity import is_warning
from refactor_agent.rulebook import Rule, RuleBook
from refactor_agent.rulebook.text import show_rule

__all__ = ["as_sarif"]

Json = Mapping[str, object]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(located: Located, rulebook: RuleBook, root: Path) -> str:
    """Render the regions of the project at ``root``; paths are relative to it."""
    used = sorted({region.rule for region in located.regions})
    rules = {identifier: rulebook.rule(identifier) for identifier in used}
    columns = _Columns(root)
    run = {
        "tool": {
            "driver": {
                "name": "refactor-agent",
                "version": __version__,
                "rules": [_descriptor(rule) for rule in rules.values()],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(region, used.index(region.rule), columns) for region in located.regions
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
        "defaultConfiguration": {"level": _level(rule.weight)},
    }


def _result(region: Region, index: int, columns: _Columns) -> Json:
    first = region.hops[0]
    chain = " → ".join(region.chain)
    steps = [_step(hop.site, f"{hop.function} calls {hop.callee}", columns) for hop in region.hops]
    return {
        "ruleId": region.rule,
        "ruleIndex": index,
        "level": _level(region.weight),
        "message": {"text": f"{region.entry} blocks the event loop: {chain}"},
        "locations": [_location(first.site, columns)],
        "codeFlows": [{"threadFlows": [{"locations": steps}]}],
        "partialFingerprints": {"region/v1": region.id},
        "properties": {"weight": region.weight, "confidence": region.confidence},
    }


def _level(weight: int) -> str:
    return "warning" if is_warning(weight) else "note"


def _step(site: Site, text: str, columns: _Columns) -> Json:
    return {"location": {**_location(site, columns), "message": {"text": text}}}


def _location(site: Site, columns: _Columns) -> Json:
    span = site.span
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": site.file, "uriBaseId": "%SRCROOT%"},
            "region": {
                "startLine": span.line,
                "startColumn": columns.of(site.file, span.line, span.column),
                "endLine": span.end_line,
                "endColumn": columns.of(site.file, span.end_line, span.end_column),
            },
        }
    }


class _Columns:
    """Turns byte columns into SARIF's, which count code points from 1."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lines: dict[str, list[bytes]] = {}

    def of(self, file: str, line: int, column: int) -> int:
        if file not in self._lines:
            self._lines[file] = list(self._read(file))
        lines = self._lines[file]
        text = lines[line - 1][:column] if line <= len(lines) else b""
        return len(text.decode("utf-8", "replace")) + 1

    def _read(self, file: str) -> Iterator[bytes]:
        try:
            yield from (self._root / file).read_bytes().splitlines()
        except OSError:
            return
