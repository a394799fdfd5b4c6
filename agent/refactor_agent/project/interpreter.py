"""The interpreter that runs the target's tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from refactor_agent.domain.values import Value
from refactor_agent.errors import UsageError
from refactor_agent.project.config import Config

__all__ = ["Interpreter", "find_interpreter"]

_PROBE = (
    "import json, sys;"
    "print(json.dumps({'version': sys.version_info[:3], 'executable': sys.executable}))"
)
_SECONDS_TO_ANSWER = 30


class Interpreter(Value):
    """A Python that was started and answered."""

    path: str
    version: tuple[int, int, int]
    origin: str
    """How it was found, for people."""


class _Answer(Value):
    version: tuple[int, int, int]
    executable: str


def find_interpreter(root: Path, config: Config, override: str | None = None) -> Interpreter:
    """Find the target's interpreter: asked for, its virtual environment, the active one, ours.

    Raises `UsageError` when the one that was asked for does not run.
    """
    path, origin = next(_candidates(root, config, override))
    try:
        answer = _ask(path)
    except (OSError, subprocess.SubprocessError, ValidationError) as error:
        raise UsageError(
            f"the Python at {path} ({origin}) does not run; name another with --python"
        ) from error
    return Interpreter(path=answer.executable or path, version=answer.version, origin=origin)


def _ask(path: str) -> _Answer:
    """Have a Python say what it is.

    Its own word for its path is the one to keep: a version manager's shim finds its Python by
    ``HOME``, which tests don't have, and inside a virtual environment it is the environment's.
    ``-I`` keeps a ``json.py`` in the current directory out.
    """
    done = subprocess.run(
        [path, "-I", "-c", _PROBE],
        capture_output=True,
        check=True,
        timeout=_SECONDS_TO_ANSWER,
    )
    return _Answer.model_validate_json(done.stdout)


def _candidates(root: Path, config: Config, override: str | None) -> Iterator[tuple[str, str]]:
    if override:
        yield _absolute(override), "--python"
    if config.python:
        yield _absolute(config.python, root), "[tool.refactor-agent] python"
    for name in (".venv", "venv"):
        for executable in ("bin/python", "Scripts/python.exe"):
            path = root / name / executable
            if os.path.lexists(path):  # a link that leads nowhere is a broken environment
                yield str(path), f"the project's {name}"
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
