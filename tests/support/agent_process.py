"""The command line in processes of its own, over a target with directories of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import refactor_agent
from refactor_agent.emit.audit import AuditLog
from support.warm_cli import run_warm

__all__ = ["AgentHome", "Ended", "make_repository", "processes_with"]

_DRIVER = Path(__file__).with_name("driven_cli.py")
_TESTS = "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 python -m pytest -p no:cacheprovider"
"""The targets need none of the plugins that are installed for our own tests; each costs time."""
_DATE = "2026-01-01T12:00:00+00:00"


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    code: int
    out: str
    err: str


@dataclass
class AgentHome:
    """One target, and the home of one user who runs refactor-agent on it."""

    target: Path
    home: Path
    """Holds state, cache and temporary files; made when it is first used."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """On top of the few variables that every process gets."""
    seconds: float = 120
    """A command may take."""

    @property
    def temporary(self) -> Path:
        """What the processes take for /tmp."""
        return self.home / "t"

    @property
    def results(self) -> Path:
        """The directory of the latest run."""
        return max((self.target / ".refactor-agent" / "runs").iterdir())

    @property
    def report(self) -> dict[str, Any]:
        """The latest run's report."""
        return json.loads((self.results / "report.json").read_bytes())

    @property
    def audit(self) -> AuditLog:
        """The latest run's audit log."""
        return AuditLog(self.results / "audit.jsonl")

    def statuses(self) -> dict[str, str]:
        """Give what became of each change set of the latest run."""
        return {
            change["change_set"]["id"]: change["decision"]["status"]
            for change in self.report["changes"]
        }

    def patches(self) -> dict[str, bytes]:
        """Give the latest run's patches and reverse patches by path."""
        found = sorted(self.results.glob("*/**/*.patch"))
        return {path.relative_to(self.results).as_posix(): path.read_bytes() for path in found}

    def start(self, *arguments: str, **settings: object) -> subprocess.Popen[str]:
        """Start a command; ``settings`` are those of the driver."""
        self.temporary.mkdir(parents=True, exist_ok=True)
        return subprocess.Popen(
            [sys.executable, str(_DRIVER), json.dumps(settings), *arguments],
            cwd=self.target,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def agent(self, *arguments: str, **settings: object) -> Ended:
        """Run a command to its end: warm, unless it is asked what it imports."""
        if "modules" not in settings:
            self.temporary.mkdir(parents=True, exist_ok=True)
            given = (json.dumps(settings), *arguments)
            return Ended(*run_warm(given, self.target, self._environment(), self.seconds))
        with self.start(*arguments, **settings) as process:
            try:
                out, err = process.communicate(timeout=self.seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return Ended(process.returncode, out, err)

    def run(self, *options: str, **settings: object) -> Ended:
        """Begin a run, one thing at a time."""
        return self.agent(*self.run_command(*options), **settings)

    def run_command(self, *options: str) -> tuple[str, ...]:
        """Give the command that begins a run."""
        common = ("--python", sys.executable, "--test-command", _TESTS, "--jobs", "1")
        return ("run", ".", *common, *options)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "XDG_STATE_HOME": str(self.home / "state"),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "TMPDIR": str(self.temporary),
            "PYTHONPATH": str(Path(refactor_agent.__file__).parents[1]),
            **self.environment,
        }


def make_repository(root: Path, files: Mapping[str, str]) -> Path:
    """Make a git repository with one commit; the same files make the same commit."""
    for file, text in files.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    dates = {"GIT_AUTHOR_DATE": _DATE, "GIT_COMMITTER_DATE": _DATE}
    settings = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "core.hooksPath=")
    for arguments in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "-m", "Begin")):
        subprocess.run(
            ["git", *settings, *arguments], cwd=root, env={**os.environ, **dates}, check=True
        )
    return root


def processes_with(text: str) -> list[int]:
    """Give the processes in whose environment or command ``text`` stands (Linux)."""
    found = []
    for directory in Path("/proc").iterdir():
        if not directory.name.isdigit() or int(directory.name) == os.getpid():
            continue
        try:
            known = (directory / "environ").read_bytes() + (directory / "cmdline").read_bytes()
        except OSError:
            continue
        if text.encode() in known:
            found.append(int(directory.name))
    return found
