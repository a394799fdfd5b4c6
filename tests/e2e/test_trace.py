"""`refactor-agent trace` in a process of its own, over programs, suites and servers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

APP = """\
import asyncio
import time


def settle():
    time.sleep(0.15)


def compute(until):
    while time.perf_counter() < until:
        pass


async def handle():
    settle()
    compute(time.perf_counter() + 0.3)
"""
MAIN = """\
import asyncio
import sys

import app

asyncio.run(app.handle())
print("handled")
print("careful", file=sys.stderr)
sys.exit(3)
"""
SUITE = """\
import asyncio

import app


def test_handle():
    asyncio.run(app.handle())


def test_that_fails():
    assert not app
"""
SERVER = """\
import asyncio
import signal
import time


async def main():
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    time.sleep(0.2)
    print("ready", flush=True)
    await stop.wait()
    print("bye")


asyncio.run(main())
"""

Trace = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    for file, text in {
        "app.py": APP,
        "main.py": MAIN,
        "test_app.py": SUITE,
        "server.py": SERVER,
    }.items():
        (root / file).write_text(text)
    return root


def arguments(*given: str) -> list[str]:
    return [sys.executable, "-m", "refactor_agent", "trace", *given]


@pytest.fixture
def trace(project: Path, tmp_path: Path) -> Trace:
    def trace(*given: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            arguments(*given),
            cwd=project,
            env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return trace


def test_a_program_keeps_its_output_and_its_exit_code(trace: Trace) -> None:
    done = trace("--", sys.executable, "main.py")
    assert done.returncode == 3
    assert done.stdout == "handled\n"
    first, _, report = done.stderr.partition("\n")
    assert first == "careful"
    assert report.startswith("trace of ")
    assert "RA101 app.handle -> time.sleep" in report
    stolen, unexplained = report.split("stolen by what no static region explains")
    assert "app.py:6: time.sleep(0.15)" in stolen
    assert "app.py:10: while time.perf_counter() < until:" in unexplained


def test_the_json_ranks_regions_by_stolen_time(trace: Trace) -> None:
    done = trace("--format", "json", "--", sys.executable, "main.py")
    assert done.returncode == 3
    document = json.loads(done.stdout.splitlines()[-1])
    first = document["regions"][0]
    assert first["function"] == "app.handle"
    assert [hop["line"] for hop in first["hops"]] == [15, 6]
    assert 0.1 < first["stolen"] < 0.6
    assert document["unexplained"][0]["stack"][-1]["function"] == "compute"
    assert document["exit_code"] == 3


def test_a_suite_is_traced_and_its_failure_passed_on(
    trace: Trace, project: Path, tmp_path: Path
) -> None:
    output = tmp_path / "trace.json"
    done = trace(
        *("--project", str(project), "--format", "json", "--output", str(output)),
        *("--", sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
    )
    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout
    document = json.loads(output.read_text())
    assert document["regions"][0]["stalls"] == 1
    assert not any(project.glob("*.jsonl"))


def test_a_signal_is_left_to_the_command(project: Path) -> None:
    with subprocess.Popen(
        arguments("--", sys.executable, "server.py"),
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "bye\n")
    assert "RA101 server.main -> time.sleep" in err


def test_a_killed_command_gives_what_a_shell_would(trace: Trace) -> None:
    kill = "import os; os.kill(os.getpid(), 9)"
    assert trace("--", sys.executable, "-c", kill).returncode == 137


FAULTS = {
    "a command that does not exist": (["--", "no-such-command"], "no-such-command can't be"),
    "a project that does not exist": (["--project", "nowhere", "--", "true"], "nowhere does not"),
    "a threshold of nothing": (["--threshold", "0", "--", "true"], "--threshold is in seconds"),
    "an output in no directory": (
        ["--output", "nowhere/trace.txt", "--", "true"],
        "nowhere/trace.txt lies in no directory",
    ),
    "no command": ([], "COMMAND"),
}


@pytest.mark.parametrize(("given", "says"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_one_line_and_exit_code_2(trace: Trace, given: list[str], says: str) -> None:
    done = trace(*given)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stdout == ""


def test_a_command_that_starts_no_python_says_so(trace: Trace) -> None:
    done = trace("--", "true")
    assert done.returncode == 0
    assert "no Python was traced" in done.stderr


def test_nothing_is_left_behind(
    trace: Trace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    trace("--", sys.executable, "main.py")
    assert list(temporary.iterdir()) == []
