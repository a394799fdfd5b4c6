"""Runs an application's own suite and says which tests pass."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

__all__ = ["passing"]

_SECONDS = 1800


def passing(root: Path, python: Path, command: str) -> frozenset[str]:
    """Give the names of the tests that pass; raises `RuntimeError` where the suite can't run.

    Settings may stand before the command as in a shell: ``NAME=value python -m pytest``.
    """
    words = shlex.split(command)
    settings = [word for word in words if "=" in word and words.index(word) < _first(words)]
    with tempfile.TemporaryDirectory(prefix="own-") as scratch:
        report = Path(scratch, "report.xml")
        done = subprocess.run(
            [str(python), *words[_first(words) + 1 :], "-q", f"--junit-xml={report}"],
            cwd=root, capture_output=True, text=True, check=False, timeout=_SECONDS,
            env={**os.environ, **dict(word.split("=", 1) for word in settings), "HOME": scratch},
        )  # fmt: skip
        if not report.exists():
            raise RuntimeError(f"no test ran: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return _passed(report)


def _first(words: list[str]) -> int:
    """Give the place of the interpreter, behind the settings."""
    return next(place for place, word in enumerate(words) if "=" not in word)


def _passed(report: Path) -> frozenset[str]:
    tree = ET.parse(report)  # noqa: S314 - pytest wrote it
    return frozenset(
        f"{case.get('classname')}::{case.get('name')}"
        for case in tree.iter("testcase")
        if not any(child.tag in {"failure", "error", "skipped"} for child in case)
    )
