"""Results on disk: one directory a run, never written over, a line of JSON per result.

The first line of ``results.jsonl`` is the header: what ran, where, of which commit. Lines are
appended as results come, so a run that is killed keeps them and can go on.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from eval.runs.values import Result, digest

from refactor_agent import __version__
from refactor_agent.data import data_dir

__all__ = [
    "FORMAT",
    "Run",
    "RunError",
    "append",
    "create",
    "cut_torn",
    "make_header",
    "read_run",
    "unfinished",
]

FORMAT = 1
_ROOT = Path(__file__).parents[2]
_NAMES = frozenset(found.name for found in fields(Result))


class RunError(Exception):
    """A result that can't be read or gone on with; the text says why, and how to mend it."""


@dataclass(frozen=True)
class Run:
    """A result as read from disk."""

    path: Path
    header: Mapping[str, object]
    results: Sequence[Result] = field(default_factory=tuple)

    @property
    def done(self) -> set[tuple[str, str, str]]:
        """Suite, case and digest of what was asked already."""
        return {(result.suite, result.case, result.digest) for result in self.results}


def make_header(
    options: Mapping[str, object], arguments: Sequence[str], seed: int
) -> dict[str, object]:
    """Say what runs where: tool, commit, machine, options, and the words that gave these."""
    return {
        "format": FORMAT,
        "tool": __version__,
        "commit": _git("rev-parse", "HEAD"),
        "changed": sorted(line[3:] for line in _git("status", "--porcelain").splitlines()),
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "seed": seed,
        "rules": _contents("rules"),
        "prompts": _contents("prompts"),
        "options": {name: str(value) for name, value in options.items()},
        "arguments": list(arguments),
        "machine": {
            "system": platform.platform(),
            "processor": _processor(),
            "cores": os.cpu_count() or 1,
            "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
            "python": platform.python_version(),
        },
    }


def create(directory: Path, header: Mapping[str, object]) -> Run:
    """Make a new directory under ``directory`` for a run, and write its header."""
    started, commit = str(header["started"]).replace(":", ""), str(header["commit"])[:7] or "none"
    for number in range(1000):
        path = directory / (f"{started}-{commit}" + (f"-{number}" if number else ""))
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            continue
        (path / "results.jsonl").write_text(json.dumps(header) + "\n", encoding="utf-8")
        return Run(path, header)
    raise RunError(f"{directory} is full of runs that started at {started}")


def append(run: Run, results: Iterable[Result]) -> None:
    """Write results behind those that are there, at once: a kill leaves all of them or none."""
    lines = "".join(json.dumps(asdict(result), sort_keys=True) + "\n" for result in results)
    with (run.path / "results.jsonl").open("ab", buffering=0) as file:
        file.write(lines.encode())


def cut_torn(run: Run) -> None:
    """Take away a line that was not written whole, for what is appended would go on with it."""
    file = run.path / "results.jsonl"
    data = file.read_bytes()
    if not data.endswith(b"\n"):
        os.truncate(file, data.rfind(b"\n") + 1)


def read_run(path: Path) -> Run:
    """Read a run's directory, or its file; raises `RunError`."""
    file = path / "results.jsonl" if path.is_dir() else path
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        header = json.loads(lines[0])
    except OSError as error:
        raise RunError(f"{path} holds no results: {file}: {error.strerror}") from error
    except (IndexError, ValueError) as error:
        raise RunError(f"{path} holds no results; name what `python -m eval` printed") from error
    if not isinstance(header, dict) or "format" not in header:
        raise RunError(f"{path} holds no results; name what `python -m eval` printed")
    if header["format"] != FORMAT:
        raise RunError(f"{file} is of format {header['format']}, not {FORMAT}; run it again")
    return Run(file.parent, header, tuple(_results(file, lines)))


def unfinished(run: Run) -> Iterator[str]:
    """Say of which suites a run that was stopped lacks cases; nothing where it is whole."""
    asked = run.header.get("cases")
    done = {(suite, case) for suite, case, _ in run.done}
    for suite, count in (asked if isinstance(asked, dict) else {}).items():
        found = sum(of == suite for of, _ in done)
        if found < count:
            yield f"{suite}, {found} of {count} cases"


def _results(file: Path, lines: Sequence[str]) -> Iterator[Result]:
    for number, line in enumerate(lines[1:], start=2):
        try:
            row = json.loads(line)
        except ValueError as error:
            if number == len(lines):  # the line that a killed run was writing
                return
            raise RunError(f"{file}, line {number}: {error}; take the line out") from error
        try:
            yield Result(**{name: value for name, value in row.items() if name in _NAMES})
        except (AttributeError, TypeError) as error:
            raise RunError(f"{file}, line {number} is no result: {error}; take it out") from error


def _contents(name: str) -> str:
    """Give a hash of what a packaged directory holds: rules and prompts decide what comes out."""
    place = data_dir(name)
    files = (path for path in sorted(place.rglob("*")) if path.suffix in {".md", ".py", ".j2"})
    parts = ((path.relative_to(place).as_posix(), path.read_bytes()) for path in files)
    return digest(*(part for pair in parts for part in pair))


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(_ROOT), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.rstrip("\n") if done.returncode == 0 else ""


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in text.splitlines() if "model name" in line)
    return next(names, platform.machine())
