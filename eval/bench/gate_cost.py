"""What verifying costs, in runs of the suite: ``python -m eval.bench gate_cost [--services N]``.

Makes a project of as many services as asked for (30), each with a function that blocks and tests
whose work is real: they hash, sort and wait, two seconds a service. It gets an environment of its
own with pytest in it, as projects have one; ``--python`` names another. Then it times the
project's own suite alone, before and after ``refactor-agent run`` on it, of which everything is
counted from the command's start to its end: locating, the baseline, each change set, the combined
result. The figure that counts is the ratio of the run to the mean of the two suites.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from eval.runs.environments import environment
from eval.runs.options import CACHE

__all__ = ["main"]

_SERVICE = '''\
"""Service number {n}."""

import hashlib
import time


def digest(text):
    time.sleep(0.05)
    return hashlib.sha256(text.encode()).hexdigest()


async def handle(text):
    return digest(text)[:8]


def rank(count):
    return sorted(hashlib.md5(str(number).encode()).hexdigest() for number in range(count))
'''
_TESTS = """\
import asyncio
import time

import pytest

from shop import service_{n}


@pytest.mark.parametrize("text", ["a", "b", "c"])
def test_handle(text):
    assert len(asyncio.run(service_{n}.handle(text))) == 8


@pytest.mark.parametrize("count", range(4))
def test_rank(count):
    time.sleep(0.3)  # what a database or a browser would take
    found = service_{n}.rank(60_000 + count)
    assert found == sorted(found)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the project, time both, print the ratio."""
    options = _parser().parse_args(arguments)
    python = options.python or _environment()
    with tempfile.TemporaryDirectory(prefix="gate-cost-") as directory:
        root = _project(Path(directory) / "project", options.services)
        suite = (python, "-m", "pytest", "-q", "-p", "no:cacheprovider")
        command = (sys.executable, "-m", "refactor_agent", "run", str(root), "--python", python)
        state = {"XDG_STATE_HOME": directory, "XDG_CACHE_HOME": directory}
        before = _timed(suite, root)
        run = _timed(command, root, state)
        after = _timed(suite, root)
        report = next(root.glob(".refactor-agent/runs/*/report.json"), None)
        seconds = json.loads(report.read_bytes())["seconds"] if report else {}
    mean = (before.seconds + after.seconds) / 2
    verified = re.search(r"\d+ blocking paths? in .*", run.output)
    print(f"the suite: {before.seconds:.1f} s, then {after.seconds:.1f} s; {before.last_line}")
    print(f"the run:   {run.seconds:.1f} s; {verified[0] if verified else run.output}")
    print("of these:  " + ", ".join(f"{name} {taken:.1f} s" for name, taken in seconds.items()))
    print(f"ratio:     {run.seconds / mean:.2f} ({os.cpu_count()} cores)")
    return 0


def _environment() -> str:
    """Give the Python of an environment with nothing but this one's pytest."""
    return str(environment(CACHE, "gate-cost", [f"pytest=={version('pytest')}"]))


class _Timed:
    def __init__(self, seconds: float, output: str) -> None:
        self.seconds = seconds
        self.output = output
        self.last_line = output.strip().splitlines()[-1]


def _timed(command: Sequence[str], cwd: Path, env: dict[str, str] | None = None) -> _Timed:
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(env or {})},
    )
    return _Timed(time.monotonic() - began, done.stdout or done.stderr)


def _project(root: Path, services: int) -> Path:
    files = {"shop/__init__.py": "", "tests/conftest.py": "", "pytest.ini": "[pytest]\n"}
    for number in range(services):
        files[f"shop/service_{number}.py"] = _SERVICE.format(n=number)
        files[f"tests/test_service_{number}.py"] = _TESTS.format(n=number)
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.gate_cost", description=__doc__)
    parser.add_argument("--services", type=int, default=30, help="as many change sets")
    parser.add_argument("--python", help="what runs the project's tests")
    return parser


if __name__ == "__main__":
    sys.exit(main())
