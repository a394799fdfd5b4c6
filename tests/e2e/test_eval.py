"""The evaluation as a user runs it: from the command line, on a few cases."""

from __future__ import annotations

import json
import shutil
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
    unwritable = evaluate("report", str(path), "--output", str(tmp_path / "none" / "page.html"))
    assert unwritable.stderr.endswith("page.html can't be written: No such file or directory\n")
    twice = evaluate("compare", str(path), str(path / "results.jsonl"))
    assert (twice.returncode, "named twice" in twice.stderr) == (2, True)

    copy, other = tmp_path / "copy", tmp_path / "other"
    shutil.copytree(path, copy)
    assert "0 better, 0 worse" in evaluate("compare", str(path), str(copy)).stdout
    shutil.copytree(path, other)
    text = (path / "results.jsonl").read_text().replace('"suite": "locate-micro"', '"suite": "x"')
    (other / "results.jsonl").write_text(text)
    apart = evaluate("compare", str(path), str(other))
    assert apart.stderr == (
        "error: no case is in both: the first holds locate-micro, the second x\n"
    )


def test_wrong_input_is_said_in_one_line(tmp_path: Path):
    for options in (["report", str(tmp_path)], ["nothing"], ["--resume", str(tmp_path)]):
        ended = evaluate(*options)
        assert ended.returncode == 2
        assert ended.stderr.count("\n") == 1
