"""Results kept as they come, a JSON line each, so that a run that was ended goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path

from eval.attacks.case import Case, Theme
from eval.attacks.judge import Result

import refactor_agent

__all__ = ["Kept"]

_ROOT = Path(refactor_agent.__file__).parent


class Kept:
    """The results in a file, or in none; each is of one case and one state of the gate."""

    def __init__(self, file: Path | None, *, resume: bool) -> None:
        self._file = file
        self._known: dict[str, Mapping[str, str | float]] = {}
        if file is not None and resume and file.exists():
            self._known = {str(record["key"]): record for record in _records(file)}
        if file is not None:
            kept = "".join(f"{json.dumps(record)}\n" for record in self._known.values())
            file.write_text(kept, encoding="utf-8")

    def known(self, theme: Theme, case: Case) -> Result | None:
        """Give what came of a case before, with the same gate."""
        record = self._known.get(_key(theme, case))
        if record is None:
            return None
        said = {name: str(record[name]) for name in ("outcome", "layer", "reason")}
        return Result(case, **said, seconds=float(record["seconds"]))

    def parted(self, theme: Theme, cases: Collection[Case]) -> tuple[list[Result], list[Case]]:
        """Give the results that are known, and the cases that are left to judge."""
        found = {case.name: self.known(theme, case) for case in cases}
        known = [result for result in found.values() if result is not None]
        return known, [case for case in cases if found[case.name] is None]

    def add(self, theme: Theme, result: Result) -> None:
        """Keep a result at once."""
        if self._file is None:
            return
        record = {
            "key": _key(theme, result.case),
            "case": result.case.name,
            "expect": result.case.expect,
            "hazard": result.case.fields.get("hazard", ""),
            "outcome": result.outcome,
            "layer": result.layer,
            "reason": result.reason,
            "right": result.right,
            "known": result.case.known,
            "seconds": round(result.seconds, 2),
        }
        with self._file.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(record)}\n")


def _records(file: Path) -> Iterator[Mapping[str, str | float]]:
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:  # the last one, cut short
            return


def _key(theme: Theme, case: Case) -> str:
    """Hash all that a result follows from, save the installed libraries."""
    like = theme.like(case)
    parts = (_gate(), sorted(theme.files.items()), theme.plan, case, like)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


@cache
def _gate() -> str:
    total = hashlib.sha256()
    for path in sorted([*_ROOT.rglob("*.py"), *_ROOT.parents[1].glob("rules/**/*.md")]):
        total.update(f"{path.relative_to(_ROOT.parents[1])}\0".encode() + path.read_bytes())
    return total.hexdigest()
