"""Run refactor-agent on a real project that nobody here wrote.

vdirsyncer 0.21.0 (BSD-3-Clause) keeps calendars and contacts in step: asyncio and aiohttp over a
file system that it reads and writes on the event loop. Its source archive is pinned by hash, its
tests come with it and need no network.

Usage: python eval/demo DIRECTORY
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import time
import venv
from pathlib import Path

HERE = Path(__file__).parent

# The three tests sleep a minute together in real back-offs; the first asks a host on the internet.
LEFT_OUT = (
    "tests/system/utils/test_main.py::test_request_ssl",
    "tests/unit/test_retry.py::test_request_retry_on_usage_limit",
    "tests/unit/test_retry.py::test_request_retry_exceeds_max_attempts",
    "tests/storage/test_http.py::test_403_usage_limit_exceeded",
)
SUITE = "python -m pytest -q --no-cov " + " ".join(f"--deselect {test}" for test in LEFT_OUT)


def main(directory: Path) -> int:
    """Set the project up under ``directory``, run the tool on it, and say what came of it."""
    project = directory / "vdirsyncer"
    python = directory / "venv" / "bin" / "python"
    if not project.exists():
        _unpack(directory, project)
    if not python.exists():
        say("installing what its tests need")
        venv.create(directory / "venv", with_pip=True)
        requirements = str(HERE / "requirements.txt")
        run(
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--only-binary=:all:",
            "-r",
            requirements,
        )
    say("one run of its own suite, for comparison")
    began = time.monotonic()
    run("env", "DETERMINISTIC_TESTS=true", *_with(python, SUITE), cwd=project, quiet=True)
    alone = time.monotonic() - began
    say("refactor-agent run")
    began = time.monotonic()
    tool = [sys.executable, "-m", "refactor_agent", "run", str(project), "--python", str(python)]
    command = f"DETERMINISTIC_TESTS=true {SUITE}"
    ended = subprocess.run([*tool, "--test-command", command], check=False)
    whole = time.monotonic() - began
    if ended.returncode != 1:
        return 1
    return _judge(project, alone, whole)


def _unpack(directory: Path, project: Path) -> None:
    say("downloading the source archive")
    directory.mkdir(parents=True, exist_ok=True)
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary=:all:")
    run(*pip, "--require-hashes", "--dest", str(directory), "-r", str(HERE / "source.txt"))
    (archive,) = directory.glob("vdirsyncer-*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(directory, filter="data")
    (directory / archive.name.removesuffix(".tar.gz")).rename(project)
    git = ("git", "-c", "user.name=demo", "-c", "user.email=demo@localhost")
    run(*git, "init", "--quiet", cwd=project)
    run(*git, "add", "--all", "--force", cwd=project)
    run(*git, "commit", "--quiet", "--message", "vdirsyncer 0.21.0", cwd=project)


def _judge(project: Path, alone: float, whole: float) -> int:
    """Print the figures; fail unless a patch was verified."""
    latest = max((project / ".refactor-agent" / "runs").iterdir())
    report = json.loads((latest / "report.json").read_text(encoding="utf-8"))
    states = [change["decision"]["status"] for change in report["changes"]]
    say(f"{len(report['regions'])} blocking paths, {states.count('verified')} patches verified")
    ratio = f"{whole / alone:.1f} times"
    say(f"one run of its suite {alone:.1f} s, the whole job {whole:.1f} s ({ratio})")
    say(f"read {latest / 'report.md'}")
    return 0 if "verified" in states else 1


def _with(python: Path, command: str) -> list[str]:
    return [str(python), *command.split()[1:]]


def run(*command: str, cwd: Path | None = None, quiet: bool = False) -> None:
    """Run a command that must succeed."""
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL if quiet else None)


def say(text: str) -> None:
    """Tell the user what goes on."""
    print(f"demo: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
