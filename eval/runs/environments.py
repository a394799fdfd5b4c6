"""Virtual environments for what is measured: made once, kept, found again by what is in them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from eval.runs.pinned import alone, pip
from eval.runs.values import digest

__all__ = ["environment", "interpreter_of", "requirements_in"]


def interpreter_of(version: str) -> str:
    """Give the command of the Python of ``version``, as in ``3.9``; this one's if it is empty.

    Raises `FileNotFoundError` where the machine has none.
    """
    ours = f"{sys.version_info.major}.{sys.version_info.minor}"
    if version in {"", ours}:
        return sys.executable
    found = shutil.which(f"python{version}")
    if found is None:
        raise FileNotFoundError(f"python{version} is not on the PATH")
    return found


def environment(
    place: Path, name: str, requirements: Sequence[str], interpreter: str = sys.executable
) -> Path:
    """Give the interpreter of an environment under ``place`` with pinned ``requirements``.

    Raises `CalledProcessError` when pip can't install them.
    """
    directory = place / f"env-{name}-{digest(_version_of(interpreter), *requirements)}"
    python = directory / "bin" / "python"
    with alone(directory):
        if not (directory / "complete").exists():
            shutil.rmtree(directory, ignore_errors=True)
            subprocess.run([interpreter, "-m", "venv", str(directory)], check=True)
            pip(str(python), "install", *requirements)
            (directory / "complete").touch()
    return python


def _version_of(interpreter: str) -> str:
    if interpreter == sys.executable:
        return sys.version
    command = [interpreter, "-I", "-c", "import sys; print(sys.version)"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def requirements_in(file: Path) -> list[str]:
    """Give the requirements that stand in ``file``, a line each."""
    lines = (line.partition("#")[0].strip() for line in file.read_text("utf-8").splitlines())
    return [line for line in lines if line]
