"""The evaluation as a user runs it: from the command line, on a few cases."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def evaluate(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "eval", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_run_goes_on_and_is_shown_and_compared(tmp_path: Path):
    options = ("--suite", "locate-micro", "--only", "alias-", "--results", str(tmp_path))
    first = evaluate(*options)
    assert first.returncode == 0, first.stderr
    (path,) = tmp_path.iterdir()
    assert first.stdout.splitlines()[-1] == str(path)
    lines = (path / "results.jsonl").read_text().splitlines()
    subjects = {json.loads(line)["subject"] for line in lines[1:]}
    assert subjects == {"refactor-agent", "null", "perfect"}

    with (path / "results.jsonl").open("a") as file:
        file.write('{"case": "torn')
    again = evaluate("--resume", str(path))
    assert again.returncode == 0, again.stderr
    assert (path / "results.jsonl").read_text().splitlines() == lines, "nothing is asked twice"

    other = evaluate("--suite", "convert", "--resume", str(path))
    assert (other.returncode, "another --suite" in other.stderr) == (2, True)

    assert evaluate("report", str(path)).returncode == 0
    assert "<svg" in (path / "report.html").read_text()
    compared = evaluate("compare", str(path), str(path))
    assert "0 better, 0 worse" in compared.stdout


def test_wrong_input_is_said_in_one_line(tmp_path: Path):
    for options in (["report", str(tmp_path)], ["nothing"], ["--resume", str(tmp_path)]):
        ended = evaluate(*options)
        assert ended.returncode == 2
        assert ended.stderr.count("\n") == 1
