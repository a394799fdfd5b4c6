"""Tries to set up each scenario: an environment from the project's own files, of its time.

    python -m eval.suites.migrations.set_up CLONES OUT [--only NAME] [--jobs N]

CLONES is a directory with a git clone of each project, ``owner@name``. For each scenario and each
Python that is on the PATH, `uv` (it must be there too) pins what the project's files name as the
index was when the published runs were made; what they do not name and its tests need stands in
``setups.json``. Then the suite runs. OUT gets a row for each scenario as it ends, with what failed;
one that has its row there is not tried again. Nothing here needs a person.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

from eval.suites.migrations.own_files import named_only, requirement_lines
from eval.suites.migrations.scenario import Scenario, read_scenarios
from eval.suites.migrations.tree import lay
from eval.suites.wild.own_tests import Ran, ran

__all__ = ["Tried", "main", "set_up"]

_TIME = "2025-04-23"
"""The published runs say that they ended by then."""
_PYTHONS = ("3.11", "3.9")
_NEEDED = ("pytest", "pytest-asyncio", "httpx", "setuptools")
"""The tests of a converted project await, with the client that it is converted to."""
_RUNNER = "pytest>=8\npluggy>=1.5\n"
"""Whatever they pin: an older one can't be had with what runs tests that await."""
_VERSIONS = {"SETUPTOOLS_SCM_PRETEND_VERSION": "1.0", "PBR_VERSION": "1.0"}
"""Trees without their history can't say which version they are."""
_COMPILE, _INSTALL, _TESTS = 300.0, 600.0, 240.0


@dataclass(frozen=True)
class Tried:
    """What came of one scenario in one environment."""

    repository: str
    source: str
    python: str = ""
    passed: int = 0
    published: int = 0
    """So many passed in the published run."""
    failed: dict[str, str] = field(default_factory=dict)
    why: str = ""
    """Where the suite did not run at all."""
    pins: tuple[str, ...] = ()


def set_up(scenario: Scenario, clones: Path) -> Tried:
    """Give the best that could be had of ``scenario``: the first that passes as published."""
    best = Tried(scenario.repository, scenario.source, published=scenario.tests)
    clone = clones / scenario.directory
    if not clone.exists():
        return _with(best, why="no clone is to be had")
    with tempfile.TemporaryDirectory(prefix="set-up-") as scratch:
        for number, (python, loose) in enumerate(_ways(scenario)):
            root = Path(scratch, f"{number}", "project").resolve()
            try:
                lay(clone, scenario.commit, root)
            except subprocess.CalledProcessError:
                return _with(best, why="the clone does not have the commit")
            tried = _try(scenario, root, python, loose)
            if not best.pins or tried.passed > best.passed:
                best = tried
            if best.passed >= scenario.tests or (best.passed and number + 1 == len(_PYTHONS)):
                break
    return best


def _with(tried: Tried, *, why: str) -> Tried:
    return Tried(tried.repository, tried.source, published=tried.published, why=why)


def _ways(scenario: Scenario) -> Iterator[tuple[str, bool]]:
    """Give Pythons, first with the project's own pins, then with its names alone."""
    known = (scenario.setup.python,) if scenario.setup.python else _PYTHONS
    there = [one for one in known if shutil.which(f"python{one}")]
    for loose in (False, True):
        yield from ((python, loose) for python in there)


def _try(scenario: Scenario, root: Path, python: str, loose: bool) -> Tried:
    def ended(why: str, of: Ran | None = None, pins: Sequence[str] = ()) -> Tried:
        passed, failed = (len(of.passed), dict(of.failed)) if of else (0, {})
        return Tried(
            scenario.repository, scenario.source, python, passed, scenario.tests, failed, why,
            tuple(pins),
        )  # fmt: skip

    try:
        pins = _pinned(scenario, root, python, loose)
        interpreter = _installed(root.parent / "env", python, pins)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        return ended(f"no environment: {_said(error)}")
    try:
        return ended("", ran(root, interpreter, scenario.test_command, _TESTS), pins)
    except RuntimeError as error:
        return ended(str(error), pins=pins)


def _pinned(scenario: Scenario, root: Path, python: str, loose: bool) -> list[str]:
    """Resolve what its files name; raises `CalledProcessError` where that has no answer."""
    lines = requirement_lines(root)
    wanted = root.parent / "wanted.in"
    lines = [*(named_only(lines) if loose else lines), *scenario.setup.needs, *_NEEDED]
    wanted.write_text("\n".join(lines) + "\n", encoding="utf-8")
    runner = root.parent / "runner.in"
    runner.write_text(_RUNNER if loose else "", encoding="utf-8")
    packaged = [name for name in ("pyproject.toml", "setup.py") if _is_package(root / name)][:1]
    try:
        return _compiled(root, python, str(wanted), *packaged, *["--all-extras"][: len(packaged)])
    except subprocess.CalledProcessError:
        if not packaged:
            raise
        return _compiled(root, python, str(wanted))  # its lists may say enough


def _compiled(root: Path, python: str, *files: str) -> list[str]:
    command = [
        "uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--python-version",
        python, "--python", f"python{python}", "--exclude-newer", _TIME,
        "--override", str(root.parent / "runner.in"), *files,
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=root, check=True, capture_output=True, text=True, timeout=_COMPILE,
        env={**os.environ, **_VERSIONS},
    )  # fmt: skip
    return [line.partition(" ;")[0] for line in done.stdout.splitlines() if "==" in line]


def _is_package(path: Path) -> bool:
    if path.name == "setup.py" or not path.exists():
        return path.exists()
    text = path.read_text(encoding="utf-8")
    return "[project]" in text or "[tool.poetry]" in text


def _installed(place: Path, python: str, pins: Sequence[str]) -> Path:
    interpreter = place / "bin" / "python"
    for command in (
        ["uv", "venv", "--quiet", "--python", f"python{python}", str(place)],
        ["uv", "pip", "install", "--quiet", "--python", str(interpreter), "--no-deps", *pins],
    ):
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_INSTALL)
    return interpreter


def _said(error: subprocess.CalledProcessError | subprocess.TimeoutExpired) -> str:
    text = error.stderr or str(error)
    return (text.decode() if isinstance(text, bytes) else text).strip()[-1500:]


def main(arguments: Sequence[str] | None = None) -> int:
    """Try all that have no row yet."""
    parser = argparse.ArgumentParser(prog="python -m eval.suites.migrations.set_up")
    parser.add_argument("clones", type=Path)
    parser.add_argument("out", type=Path, help="a directory; it gets a file for each scenario")
    parser.add_argument("--only", default="", help="scenarios whose name holds this")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)

    def one(scenario: Scenario) -> None:
        row = options.out / f"{scenario.directory}-{scenario.source}.json"
        if not row.exists():
            tried = set_up(scenario, options.clones)
            row.write_text(json.dumps(asdict(tried), indent=1) + "\n", encoding="utf-8")
            print(
                f"{scenario.id}: {tried.passed} of {tried.published} {tried.why[:80]!r}", flush=True
            )

    with ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(one, (s for s in read_scenarios() if options.only in s.id)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
