"""Runs an application's own suite and says which tests pass."""

from __future__ import annotations

import os
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from refactor_agent.domain.plan import Refusal
from refactor_agent.verify.command import parse_test_command

__all__ = ["Lost", "Ran", "lost", "passing", "ran"]

_SECONDS = 1800


@dataclass(frozen=True)
class Ran:
    """What came of a suite, by the names of its tests."""

    passed: frozenset[str]
    failed: Mapping[str, str]
    """Those that fail or break, and what was said."""
    never_awaited: int
    """Warnings of coroutines that nobody awaited: what calls them did nothing."""


class Lost(NamedTuple):
    """Tests that passed before and do not any more."""

    tests: list[str]
    """Those that did not pass when they were asked again either."""
    unsteady: int
    """So many did: they hang on the clock, or on what else the machine does."""


def lost(before: frozenset[str], root: Path, python: Path, command: str) -> Lost:
    """Ask which of the tests that passed ``before`` are lost; a suite that lost any runs twice."""
    missing = before - passing(root, python, command)
    again = passing(root, python, command) if missing else frozenset[str]()
    return Lost(sorted(missing - again), len(missing & again))


def passing(root: Path, python: Path, command: str) -> frozenset[str]:
    """Give the names of the tests that pass; raises `RuntimeError` where the suite can't run."""
    return ran(root, python, command).passed


def ran(root: Path, python: Path, command: str, seconds: float = _SECONDS) -> Ran:
    """Run the suite; raises `RuntimeError` where it can't run or takes more than ``seconds``.

    Settings may stand before the command as in a shell: ``NAME=value python -m pytest``.
    """
    read = parse_test_command(command, str(python))
    if isinstance(read, Refusal):
        raise RuntimeError(f"no test ran: {read.message}")  # noqa: TRY004 - no fault of a type
    with tempfile.TemporaryDirectory(prefix="own-") as scratch:
        report = Path(scratch, "report.xml")
        try:
            done = subprocess.run(
                [*read.words, "-q", f"--junit-xml={report}"],
                cwd=root / read.directory, capture_output=True, text=True, check=False,
                timeout=seconds, env={**os.environ, **read.environment, "HOME": scratch},
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"the tests took more than {seconds:.0f} s") from None
        if not report.exists():
            raise RuntimeError(f"no test ran: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return _read(report, done.stdout.count("was never awaited"))


def _read(report: Path, never_awaited: int) -> Ran:
    tree = ET.parse(report)  # noqa: S314 - pytest wrote it
    passed, failed = set(), {}
    for case in tree.iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        ends = {child.tag: child for child in case}
        bad = ends.get("failure", ends.get("error"))
        if bad is not None:
            failed[name] = f"{bad.get('message')}"
        elif "skipped" not in ends:
            passed.add(name)
    return Ran(frozenset(passed), failed, never_awaited)
