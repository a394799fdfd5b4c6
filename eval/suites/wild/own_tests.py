"""Runs an application's own suite and says which tests pass."""

from __future__ import annotations

import os
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

from refactor_agent.domain.plan import Refusal
from refactor_agent.verify.command import parse_test_command

__all__ = ["passing"]

_SECONDS = 1800


def passing(root: Path, python: Path, command: str) -> frozenset[str]:
    """Give the names of the tests that pass; raises `RuntimeError` where the suite can't run.

    Settings may stand before the command as in a shell: ``NAME=value python -m pytest``.
    """
    read = parse_test_command(command, str(python))
    if isinstance(read, Refusal):
        raise RuntimeError(f"no test ran: {read.message}")  # noqa: TRY004 - no fault of a type
    with tempfile.TemporaryDirectory(prefix="own-") as scratch:
        report = Path(scratch, "report.xml")
        done = subprocess.run(
            [*read.words, "-q", f"--junit-xml={report}"],
            cwd=root / read.directory, capture_output=True, text=True, check=False,
            timeout=_SECONDS, env={**os.environ, **read.environment, "HOME": scratch},
        )  # fmt: skip
        if not report.exists():
            raise RuntimeError(f"no test ran: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return _passed(report)


def _passed(report: Path) -> frozenset[str]:
    tree = ET.parse(report)  # noqa: S314 - pytest wrote it
    return frozenset(
        f"{case.get('classname')}::{case.get('name')}"
        for case in tree.iter("testcase")
        if not any(child.tag in {"failure", "error", "skipped"} for child in case)
    )
