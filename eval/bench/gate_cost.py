"""What verifying costs, in runs of the suite: ``python -m eval.bench.gate_cost [--services N]``.

Makes a project of as many services as asked for (30), each with a function that blocks and tests
whose work is real: they hash, sort and wait, two seconds a service. Then it times the project's
own suite alone, and ``refactor-agent run`` on it, everything counted from the command's start to
its end: locating, the baseline, each change set, the combined result. The figure that counts is
their ratio.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

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
    with tempfile.TemporaryDirectory(prefix="gate-cost-") as directory:
        root = _project(Path(directory) / "project", options.services)
        suite = _timed([sys.executable, "-m", "pytest", "-q"], root)
        command = [sys.executable, "-m", "refactor_agent", "run", str(root)]
        state = {"XDG_STATE_HOME": directory, "XDG_CACHE_HOME": directory}
        run = _timed(command, root, state)
    print(f"the suite: {suite.seconds:.1f} s; {suite.last_line}")
    verified = re.search(r"\d+ blocking paths? in .*", run.output)
    print(f"the run:   {run.seconds:.1f} s; {verified[0] if verified else run.output}")
    print(f"ratio:     {run.seconds / suite.seconds:.2f} ({os.cpu_count()} cores)")
    return 0


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
    return parser


if __name__ == "__main__":
    sys.exit(main())
