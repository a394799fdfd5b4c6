"""Runs a case's hidden tests over files, in a process of their own."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from eval.suites.convert.project import Project

__all__ = ["Trial", "try_out"]

_SECONDS, _TEST_SECONDS = 180, 40
_MEMORY = 4 << 30
"""Bytes: a converted loop may never yield and fill the machine."""
_HERE = Path(__file__).parent
_WITNESS = _HERE.parent / "twins" / "witness.py"


class Trial(NamedTuple):
    """How hidden tests ended."""

    broken: tuple[str, ...]
    """Tests of behaviour that failed."""
    held: tuple[str, ...]
    """Tests named ``test_free…`` that failed: something still holds the loop."""
    passed: int
    said: str


def try_out(project: Project, files: Mapping[str, str], python: str = sys.executable) -> Trial:
    """Run the hidden tests of ``project`` over ``files``; once more what failed for the clock.

    A busy machine may keep a free loop from its turns. So tests of the loop that fail run again,
    and count as they end then; nothing else does.
    """
    trial = _tried(project, files, python)
    if trial.held and not trial.broken:
        return _tried(project, files, python)
    return trial


def _tried(project: Project, files: Mapping[str, str], python: str) -> Trial:
    with tempfile.TemporaryDirectory(prefix="convert-") as scratch:
        tree = Path(scratch) / "tree"
        hidden = {f"hidden/{file}": text for file, text in project.hidden.items()}
        for file, text in {**files, **hidden}.items():
            path = tree / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        shutil.copy(_HERE / "watching.py", tree / "hidden" / "watching.py")
        shutil.copy(_WITNESS, tree / "hidden" / "refactor_eval_witness.py")
        report = Path(scratch) / "report.jsonl"
        report.write_text("")
        said = _pytest(python, tree, report)
        ends = dict(json.loads(line) for line in report.read_text("utf-8").splitlines())
    return _trial(ends, _names(project), said)


def _names(project: Project) -> set[str]:
    """Give the tests there are: one that a hang or a crash took along has failed."""
    lines = (line for text in project.hidden.values() for line in text.splitlines())
    return {line[4:].partition("(")[0] for line in lines if line.startswith("def test_")}


def _trial(ends: Mapping[str, str], names: set[str], said: str) -> Trial:
    passed = {test.rpartition("::")[2].partition("[")[0] for test in ends}
    bad = {t.rpartition("::")[2].partition("[")[0] for t, end in ends.items() if end != "passed"}
    bad |= names - passed
    held = {name for name in bad if name.startswith("test_free")}
    return Trial(tuple(sorted(bad - held)), tuple(sorted(held)), len(names - bad), said[-6000:])


def _pytest(python: str, tree: Path, report: Path) -> str:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    command = [
        python, "-m", "pytest", "-q", "-p", "refactor_eval_witness", "-p", "no:cacheprovider",
        "-c", os.devnull, "--rootdir", str(tree), "--tb=short",
        "-W", "error::pytest.PytestUnraisableExceptionWarning",
        "-o", f"faulthandler_timeout={_TEST_SECONDS}",
        "-o", "faulthandler_exit_on_timeout=true", "hidden",
    ]  # fmt: skip
    child = subprocess.Popen(
        command,
        cwd=tree,
        env={
            **kept,
            "PYTHONPATH": os.pathsep.join([str(tree), str(tree / "hidden")]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "REFACTOR_EVAL_REPORT": str(report),
        },
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        start_new_session=True, preexec_fn=_limited,  # noqa: PLW1509 - no threads here
    )  # fmt: skip
    try:
        return child.communicate(timeout=_SECONDS)[0]
    except subprocess.TimeoutExpired:
        return f"the tests took more than {_SECONDS} s"
    finally:
        _end(child)


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _end(child: subprocess.Popen[str]) -> None:
    """End the tests with all that they started."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    child.communicate()
