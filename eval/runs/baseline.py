"""What came out last time it was looked at: a run that comes out worse is a regression.

Intervals play no part here: the slice is deterministic, so each case that gets worse is one that
somebody's change made worse.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.runs.compare import standing
from eval.runs.values import Result

__all__ = ["BASELINES", "regressions", "write_baseline"]

BASELINES = Path(__file__).parents[1] / "baselines"
_KEPT = ("suite", "case", "subject", "digest", "split", "group", "outcome", "points", "of")


def write_baseline(path: Path, results: Sequence[Result]) -> None:
    """Write what matters of ``results``, in an order that makes readable diffs.

    What is recorded of suites that were not asked stays.
    """
    asked = {result.suite for result in results}
    before = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    kept = [line for line in before if json.loads(line)["suite"] not in asked]
    rows = (
        {**{name: getattr(result, name) for name in _KEPT}, "counts": dict(result.counts)}
        for result in results
    )
    lines = sorted([*kept, *(json.dumps(row) for row in rows)])
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def regressions(path: Path, results: Sequence[Result], *, whole: bool = True) -> Iterator[str]:
    """Say which cases come out worse than in the file, are gone, or are not known there.

    Where not the ``whole`` slice was asked, none is gone.
    """
    known = [Result(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    new = {(result.suite, result.subject, result.case): result for result in results}
    suites = {result.suite for result in results}
    for old in known:
        now = new.pop((old.suite, old.subject, old.case), None)
        name = f"{old.suite}: {old.case} ({old.subject})"
        if old.suite not in suites:
            continue
        if now is None:
            if whole:
                yield f"{name} was not asked"
        elif now.digest != old.digest:
            yield f"{name} reads otherwise than when it was recorded; record it again"
        elif standing(now) < standing(old):
            yield f"{name}: was {_told(old)}, is {_told(now)}: {now.reason}"
    yield from (f"{suite}: {case} is not recorded" for suite, _, case in new)


def _told(result: Result) -> str:
    return f"{result.outcome} with {result.points:g} of {result.of:g}"
