"""What got better and what got worse between two results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from eval.runs.intervals import Interval, paired_bootstrap
from eval.runs.values import Result

__all__ = ["Change", "changes", "compared_lines", "standing"]

_ORDER = {"wrong": 0, "error": 0, "refused": 1, "right": 2}
Key = tuple[str, str]


class Change(NamedTuple):
    """One subject's change over the cases of a suite that both results asked."""

    suite: str
    subject: str
    cases: int
    share: float
    """By how much the share of points changed; of right cases, where there are no points."""
    interval: Interval
    better: tuple[str, ...]
    worse: tuple[str, ...]
    apart: int
    """Cases that only one of them asked, or that read otherwise now: not compared."""


def changes(before: Sequence[Result], after: Sequence[Result], seed: int) -> Iterator[Change]:
    """Give the changes per suite and subject that both results hold."""
    old, new = _gather(before), _gather(after)
    for key in sorted(old.keys() & new.keys()):
        yield _change(key, old[key], new[key], seed)


def _gather(results: Sequence[Result]) -> dict[Key, dict[str, Result]]:
    gathered: dict[Key, dict[str, Result]] = {}
    for result in results:
        gathered.setdefault((result.suite, result.subject), {})[result.case] = result
    return gathered


def _change(key: Key, old: Mapping[str, Result], new: Mapping[str, Result], seed: int) -> Change:
    names = sorted(name for name in old.keys() & new.keys() if old[name].digest == new[name].digest)
    pairs = [(old[name], new[name]) for name in names]
    with_points = any(before.of for before, _ in pairs)
    drawn = [_numbers(before, after, points=with_points) for before, after in pairs]
    count = sum(of for _, _, of in drawn)
    share = sum(later - earlier for earlier, later, _ in drawn) / count if count else 0.0
    return Change(
        *key,
        len(pairs),
        share,
        paired_bootstrap(drawn, seed),
        tuple(a.case for a, b in pairs if standing(b) > standing(a)),
        tuple(a.case for a, b in pairs if standing(b) < standing(a)),
        len(old.keys() | new.keys()) - len(names),
    )


def _numbers(before: Result, after: Result, *, points: bool) -> tuple[float, float, float]:
    if points:
        return before.points, after.points, before.of
    return float(before.outcome == "right"), float(after.outcome == "right"), 1.0


def standing(result: Result) -> tuple[int, float, int]:
    """Give what two results of a case are ordered by: outcome, points, then few alarms."""
    return _ORDER[result.outcome], round(result.points, 6), -result.counts.get("alarms", 0)


def compared_lines(found: Sequence[Change]) -> Iterator[str]:
    """Say it for people."""
    for change in found:
        low, high = change.interval
        sure = "" if change.interval.excludes_zero() else ", not told apart from none"
        yield (
            f"{change.suite} ({change.subject}), {change.cases} cases: {change.share:+.1%}"
            f" [{low:+.1%}, {high:+.1%}]{sure}; {len(change.better)} better,"
            f" {len(change.worse)} worse, {change.apart} not in both"
        )
        yield from (f"  better: {name}" for name in change.better)
        yield from (f"  worse:  {name}" for name in change.worse)
