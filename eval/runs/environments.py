"""Virtual environments for what is measured: made once, kept, found again by what is in them."""

from __future__ import annotations

import shutil
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

from eval.runs.pinned import alone, pip
from eval.runs.values import digest

__all__ = ["environment", "requirements_in"]


def environment(place: Path, name: str, requirements: Sequence[str]) -> Path:
    """Give the interpreter of an environment under ``place`` with pinned ``requirements``.

    Raises `CalledProcessError` when pip can't install them.
    """
    directory = place / f"env-{name}-{digest(sys.version, *requirements)}"
    python = directory / "bin" / "python"
    with alone(directory):
        if not (directory / "complete").exists():
            shutil.rmtree(directory, ignore_errors=True)
            venv.create(directory, with_pip=True)
            pip(str(python), "install", *requirements)
            (directory / "complete").touch()
    return python


def requirements_in(file: Path) -> list[str]:
    """Give the requirements that stand in ``file``, a line each."""
    lines = (line.partition("#")[0].strip() for line in file.read_text("utf-8").splitlines())
    return [line for line in lines if line]
