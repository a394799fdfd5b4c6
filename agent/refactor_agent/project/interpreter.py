"""The interpreter that runs the target's tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from refactor_agent.domain.values import Value
from refactor_agent.errors import UsageError
from refactor_agent.project.config import Config

__all__ = ["Interpreter", "find_interpreter"]

_PROBE = "import json, sys; print(json.dumps([list(sys.version_info[:3]), sys.executable]))"
_SECONDS_TO_ANSWER = 30


class Interpreter(Value):
    """A Python that was started and answered."""

    path: str
    version: tuple[int, int, int]
    origin: str
    """How it was found, for people."""


def find_interpreter(root: Path, config: Config, override: str | None = None) -> Interpreter:
    """Find the target's interpreter: asked for, its virtual environment, the active one, ours.

    Raises `UsageError` when the one that was asked for does not run.
    """
    path, origin = next(_candidates(root, config, override))
    try:
        answer = subprocess.run(
            [path, "-c", _PROBE],
            capture_output=True,
            text=True,
            check=True,
            timeout=_SECONDS_TO_ANSWER,
        )
        version, _ = json.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise UsageError(
            f"the Python at {path} ({origin}) does not run; name another with --python"
        ) from error
    return Interpreter(path=path, version=tuple(version), origin=origin)


def _candidates(root: Path, config: Config, override: str | None) -> Iterator[tuple[str, str]]:
    if override:
        yield _absolute(override), "--python"
    if config.python:
        yield _absolute(config.python, root), "[tool.refactor-agent] python"
    for name in (".venv", "venv"):
        for executable in ("bin/python", "Scripts/python.exe"):
            if (root / name / executable).exists():
                yield str(root / name / executable), f"the project's {name}"
    active = os.environ.get("VIRTUAL_ENV")
    if active and (Path(active) / "bin/python").exists():
        yield str(Path(active) / "bin/python"), "the active virtual environment"
    yield sys.executable, "the interpreter of refactor-agent itself"


def _absolute(command: str, root: Path | None = None) -> str:
    """Make a path absolute, but leave a bare command to be found on PATH.

    Links are kept: a virtual environment's python is one, and resolving it leaves the environment.
    """
    if os.sep not in command:
        return command
    return os.path.abspath(root / command if root else command)  # noqa: PTH100
