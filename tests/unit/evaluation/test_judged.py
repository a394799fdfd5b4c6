"""Reports of linters that the scan does not make: each has the verdict of a reader, or has none."""

from __future__ import annotations

import json
from pathlib import Path

from eval.locate.finding import Finding, Package
from eval.locate.judged import judge, judged_table, read_judged
from eval.locate.table import lacking

SOURCE = """\
import os

async def get(path):
    os.path.join(path, "a")
    open(path)
    os.stat(path)
    return path.stat()
"""
OURS = [Finding("shop.py", 5, "RA200", ("get", "open"), (("shop.py", 5),))]
THEIRS = [Finding("shop.py", line, "ASYNC240") for line in (4, 5, 6, 7)]
ROWS = [
    {"package": "shop", "file": "shop.py", "line": 6, "verdict": "missed", "why": "a stat"},
    {"package": "other", "file": "shop.py", "line": 7, "verdict": "missed", "why": "not here"},
]


def test_each_report_that_is_not_ours_has_a_verdict_or_has_none(tmp_path: Path):
    (tmp_path / "shop.py").write_text(SOURCE)
    (tmp_path / "judged.json").write_text(json.dumps(ROWS))
    package = Package("shop", str(tmp_path))
    known = read_judged(tmp_path / "judged.json")
    judged = judge(package, lacking(OURS, THEIRS), known)
    assert [(one.finding.line, one.verdict) for one in judged] == [
        (4, "false alarm"),  # the line alone shows it
        (6, "missed"),
        (7, "not read"),
    ]
    found = {"shop": {"refactor-agent": OURS, "ruff": THEIRS, "flake8-async": []}}
    table = judged_table(found, {"shop": {"ruff": judged, "flake8-async": []}})
    assert table[-2:] == ["| ruff | 4 | 1 | 1 | 1 | 1 |", "| flake8-async | 0 | 0 | 0 | 0 | 0 |"]


def test_no_place_is_judged_twice():
    rows = json.loads(Path("eval/locate/judged.json").read_bytes())
    assert len(read_judged()) == len(rows)
    assert {row["verdict"] for row in rows} <= {"false alarm", "missed"}
    assert all(row["why"] for row in rows)
