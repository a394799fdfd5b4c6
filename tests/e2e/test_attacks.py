"""The attack battery: all of it can be read, and a slice of it goes through the real gate."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def attacks(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "eval.attacks", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_case_can_be_read():
    listed = attacks("--list")
    assert listed.returncode == 0, listed.stderr
    lines = listed.stdout.splitlines()
    sides = Counter(line.split()[0] for line in lines)
    assert sides["caught"] >= 120
    assert sides["accepted"] >= 60
    assert len(set(lines)) == len(lines), "names are unique"
    for line in lines:
        if line.startswith("caught"):
            assert re.search(r" H-[A-Z]\d+ ", line), f"which hazard is planted? {line}"


def test_checks_alone_name_what_is_left_to_the_tests():
    only = "^client: (request not awaited|headers dropped|exceptions mapped)"
    command = [sys.executable, "-m", "eval.attacks.on_tree", "--only", only]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "\nopen: client: request not awaited\n" in ended.stdout
    assert "open: client: headers dropped" not in ended.stdout
    assert "right: 1, objected to 0\n" in ended.stdout


@pytest.mark.slow
def test_slice_of_the_battery(tmp_path: Path):
    """The themes with the cheapest suites; the whole battery runs by itself, in minutes."""
    records = tmp_path / "results.jsonl"
    pattern = "^(missed-await|classes|streams):"
    ended = attacks("--only", pattern, "--limit", "25", "--json", str(records))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    results = [json.loads(line) for line in records.read_text().splitlines()]
    assert len(results) == 25
    assert {result["expect"] for result in results} == {"caught", "accepted"}
