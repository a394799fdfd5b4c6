"""What a reader made of the linters' reports that the scan does not make.

``judged.json`` is a list of objects with ``package``, ``file``, ``line``, ``verdict`` and ``why``,
about the packages of the locate suite at their pinned versions. A verdict is ``false alarm`` (the
call does not block a loop, or is not made) or ``missed`` (it does).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from eval.locate.finding import Finding, Package
from eval.locate.packages import source_line
from eval.locate.table import false_alarm

__all__ = ["Judged", "judge", "judged_table", "read_judged"]

_PATH = Path(__file__).with_name("judged.json")

Verdict = Literal["false alarm", "missed", "not read"]


class Judged(NamedTuple):
    """A report of a linter, and what it is."""

    finding: Finding
    verdict: Verdict
    why: str
    text: str
    """The line of source."""


def read_judged(path: Path = _PATH) -> Mapping[tuple[str, str, int], tuple[Verdict, str]]:
    """Read the verdicts, by package, file and line."""
    rows = json.loads(path.read_bytes())
    return {
        (row["package"], row["file"], row["line"]): (row["verdict"], row["why"]) for row in rows
    }


def judge(
    package: Package,
    findings: Sequence[Finding],
    known: Mapping[tuple[str, str, int], tuple[Verdict, str]],
) -> list[Judged]:
    """Give each report with its verdict; what the line alone shows need not be in the list."""
    found = []
    for item in findings:
        text = source_line(package, item.file, item.line)
        verdict, why = known.get((package.name, item.file, item.line), ("not read", ""))
        if verdict == "not read" and (told := false_alarm(item.code, text)):
            verdict, why = "false alarm", told
        found.append(Judged(item, verdict, why, text))
    return found


def judged_table(
    found: Mapping[str, Mapping[str, Sequence[Finding]]],
    lacking: Mapping[str, Mapping[str, Sequence[Judged]]],
) -> list[str]:
    """Give, for each linter, the places it reports, those that are not ours, and what those are."""
    rows = [
        "| linter | places reported | ours too | false alarms of it | missed by us | not read |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for tool in ("ruff", "flake8-async"):
        places = sum(len({(f.file, f.line) for f in tools[tool]}) for tools in found.values())
        verdicts = Counter(one.verdict for tools in lacking.values() for one in tools[tool])
        cells = (
            places, places - verdicts.total(), verdicts["false alarm"], verdicts["missed"],
            verdicts["not read"],
        )  # fmt: skip
        rows.append(f"| {tool} | {' | '.join(map(str, cells))} |")
    return rows
