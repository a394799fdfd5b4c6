"""Runs small programs under the tracer, without the command line.

``REFACTOR_AGENT_TEST_PYTHONS`` names further interpreters to try it on, separated as in ``PATH``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from refactor_agent.trace import Recording, read_recording, tracing_environment

PYTHONS = [
    sys.executable,
    *filter(None, os.environ.get("REFACTOR_AGENT_TEST_PYTHONS", "").split(os.pathsep)),
]
THRESHOLD = 0.05


@dataclass(frozen=True)
class Ran:
    """How a program ended, and what the tracer saw."""

    code: int
    out: str
    err: str
    recording: Recording


@dataclass(frozen=True)
class Programs:
    """Runs programs in one directory, with one interpreter."""

    directory: Path
    python: str

    def plain(self, text: str, *options: str, env: Mapping[str, str] | None = None) -> Ran:
        """Run a program as it is."""
        return self._run(text, options, {**os.environ, **(env or {})}, None)

    def traced(self, text: str, *options: str, env: Mapping[str, str] | None = None) -> Ran:
        """Run a program under the tracer."""
        home = self.directory / "trace"
        home.mkdir()
        environment = tracing_environment(home, THRESHOLD, {**os.environ, **(env or {})})
        return self._run(text, options, environment, home / "logs")

    def _run(
        self, text: str, options: tuple[str, ...], env: Mapping[str, str], logs: Path | None
    ) -> Ran:
        program = self.directory / "program.py"
        program.write_text(text)
        done = subprocess.run(
            [self.python, *options, str(program)],
            env=env,
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        recording = read_recording(logs, THRESHOLD) if logs else Recording(THRESHOLD)
        return Ran(done.returncode, done.stdout, done.stderr, recording)


@pytest.fixture(params=PYTHONS)
def programs(request: pytest.FixtureRequest, tmp_path: Path) -> Programs:
    return Programs(tmp_path, request.param)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Mapping[str, str]], Path]:
    def write(files: Mapping[str, str]) -> Path:
        for file, text in files.items():
            path = tmp_path / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write
