"""``python -m eval.convert.table HARNESS``: converts every package of a harness and scores it.

The harness is a directory with one script a package, each of which knows ``inputs DIR``,
``null DIR``, ``human DIR`` and ``run DIR``. The score of a package is the share of the way from
the sync code (null) to the code people wrote (human) that the conversion goes, counted in passed
tests of the async side.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from eval.convert.__main__ import convert

from refactor_agent.domain.plan import Refusal
from refactor_agent.errors import UsageError

_PASSED = re.compile(r"^passed (\d+) of", re.MULTILINE)
_LIBRARY = frozenset({"twin"})
"""Scripts of a harness that are no package."""


class Row(NamedTuple):
    """One package."""

    name: str
    passed: int
    null: int
    human: int
    refusals: tuple[Refusal, ...]

    @property
    def score(self) -> float:
        """From 0, as the sync code, to 1, as people wrote it; below 0 when it is worse."""
        return (self.passed - self.null) / ((self.human - self.null) or 1)


def main() -> int:
    """Print the table; 2 when the harness can't be used."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("harness", type=Path, nargs="?", default=os.environ.get("TWINS"))
    parser.add_argument("--only", action="append", default=[], help="a package; may be repeated")
    parser.add_argument("--option", action="append", default=[], help="passed on to `run`")
    given = parser.parse_args()
    if given.harness is None or not Path(given.harness).is_dir():
        print("error: name the harness's directory, or set TWINS", file=sys.stderr)
        return 2
    rows = []
    name = str(given.harness)
    try:
        for name in _named(Path(given.harness), given.only):
            rows.append(_row(Path(given.harness) / f"{name}.py", given.option))
            print(_line(rows[-1]), flush=True)
    except (UsageError, subprocess.CalledProcessError) as error:
        print(f"error: {name}: {error}", file=sys.stderr)
        return 2
    mean = sum(row.score for row in rows) / len(rows)
    print(f"mean {mean:.2f}, lowest {min(row.score for row in rows):.2f}")
    for line in _refused(rows):
        print(line)
    return 0


def _named(harness: Path, only: Sequence[str]) -> Sequence[str]:
    """Give the packages that were asked for, or all; raises `UsageError` for one not there."""
    there = sorted(path.stem for path in harness.glob("*.py") if path.stem not in _LIBRARY)
    unknown = sorted({*only} - {*there})
    if unknown or not there:
        raise UsageError(
            f"it holds no package {', '.join(unknown)}".rstrip()
            + f"; there is {', '.join(there) or 'none'}"
        )
    return only or there


def _row(script: Path, options: Sequence[str]) -> Row:
    with tempfile.TemporaryDirectory() as scratch:
        source, made = Path(scratch, "in"), Path(scratch, "out")
        _harness(script, "inputs", str(source))
        done = convert(source, made, _interpreter(script))
        counts = [_passed(script, made, options)]
        for stand_in in ("null", "human"):
            _harness(script, stand_in, str(Path(scratch, stand_in)))
            counts.append(_passed(script, Path(scratch, stand_in), options))
    return Row(script.stem, *counts, done.refusals)


def _passed(script: Path, directory: Path, options: Sequence[str]) -> int:
    found = _PASSED.search(_harness(script, "run", str(directory), *options))
    return int(found[1]) if found else 0


def _harness(script: Path, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, str(script), *arguments],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ).stdout


def _interpreter(script: Path) -> str | None:
    """Give the Python that the harness made for the package, where it keeps one."""
    cache = Path(os.environ.get("TWIN_CACHE") or Path(tempfile.gettempdir()) / "twin-corpora")
    names = re.findall(r"\bvenv=\"(\w+)\"|\bname=\"(\w+)\"", script.read_text())
    wanted = [venv or name for venv, name in names]
    found = (cache / "venvs" / name / "bin" / "python" for name in reversed(wanted))
    return next((str(path) for path in found if path.exists()), None)


def _line(row: Row) -> str:
    return (
        f"{row.name:20} {row.score:6.2f}   passed {row.passed}, null {row.null}, "
        f"human {row.human}, refused {len(row.refusals)}"
    )


def _refused(rows: Sequence[Row]) -> Iterator[str]:
    """Give the refusals by reason, the most frequent first, each with its place and its words."""
    counts = Counter(refusal.reason for row in rows for refusal in row.refusals)
    for reason, count in counts.most_common():
        yield f"  {count:4} refused: {reason}"
        for row in rows:
            for refusal in row.refusals:
                if refusal.reason == reason:
                    place = f"{refusal.site}: " if refusal.site else ""
                    yield f"         {row.name}: {place}{refusal.message}"


if __name__ == "__main__":
    sys.exit(main())
