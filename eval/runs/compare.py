"""What got better and what got worse between two results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from eval.runs.intervals import Interval, paired_bootstrap
from eval.runs.values import STAND_INS, Result

__all__ = ["Change", "changes", "compared_lines", "only_in_one", "standing"]

_ORDER = {"wrong": 0, "error": 0, "refused": 1, "right": 2}
_BAD = ("let through", "alarms")
"""What is counted against a case: the worse first."""
_ENOUGH = 6
"""Five cases that all change the same way may do so by chance: twice 1/2 to the 5th is above 5%."""
Key = tuple[str, str, str]


class Change(NamedTuple):
    """One subject's change over the cases of a suite's split that both results asked."""

    suite: str
    subject: str
    split: str
    cases: int
    share: float
    """By how much the share of points changed; of right cases, where there are no points."""
    interval: Interval
    better: tuple[str, ...]
    worse: tuple[str, ...]
    """Each case with what it was and is."""
    took: float
    """By how much the time of these cases changed, as a share of what it was."""
    took_interval: Interval
    apart: int
    """Cases that only one of them asked, or that read otherwise now: not compared."""


def changes(before: Sequence[Result], after: Sequence[Result], seed: int) -> Iterator[Change]:
    """Give the changes per suite, subject and split that both results hold."""
    old, new = _gather(before), _gather(after)
    for key in sorted(old.keys() & new.keys()):
        yield _change(key, old[key], new[key], seed)


def only_in_one(before: Sequence[Result], after: Sequence[Result]) -> Iterator[str]:
    """Say which suites, subjects and splits one of two results holds alone."""
    old, new = _gather(before), _gather(after)
    for suite, subject, split in sorted(old.keys() ^ new.keys()):
        key = suite, subject, split
        which = "the first" if key in old else "the second"
        count = len(old.get(key) or new[key])
        yield f"{suite} ({subject}, {split}), {count} cases: only in {which}"


def _gather(results: Sequence[Result]) -> dict[Key, dict[str, Result]]:
    gathered: dict[Key, dict[str, Result]] = {}
    for result in results:
        gathered.setdefault((result.suite, result.subject, result.split), {})[result.case] = result
    return gathered


def _change(key: Key, old: Mapping[str, Result], new: Mapping[str, Result], seed: int) -> Change:
    names = sorted(name for name in old.keys() & new.keys() if old[name].digest == new[name].digest)
    pairs = [(old[name], new[name]) for name in names]
    with_points = any(before.of for before, _ in pairs)
    drawn = [_numbers(before, after, points=with_points) for before, after in pairs]
    times = [(before.seconds, after.seconds, before.seconds) for before, after in pairs]
    return Change(
        *key,
        len(pairs),
        _share(drawn),
        paired_bootstrap(drawn, seed),
        tuple(_told(a, b) for a, b in pairs if standing(b) > standing(a)),
        tuple(_told(a, b) for a, b in pairs if standing(b) < standing(a)),
        _share(times),
        paired_bootstrap(times, seed),
        len(old.keys() | new.keys()) - len(names),
    )


def _share(pairs: Sequence[tuple[float, float, float]]) -> float:
    count = sum(of for _, _, of in pairs)
    return sum(after - before for before, after, _ in pairs) / count if count else 0.0


def _told(before: Result, after: Result) -> str:
    why = f": {after.reason}" if after.reason and standing(after) < standing(before) else ""
    return f"{before.case}: {_short(before)}, now {_short(after)}{why}"


def _short(result: Result) -> str:
    bad = (f"{name} {result.counts[name]}" for name in _BAD if result.counts.get(name))
    points = f"{result.points:g} of {result.of:g}" if result.of else ""
    return ", ".join(filter(None, (result.outcome, points, *bad)))


def _numbers(before: Result, after: Result, *, points: bool) -> tuple[float, float, float]:
    if points:
        return before.points, after.points, before.of
    return float(before.outcome == "right"), float(after.outcome == "right"), 1.0


def standing(result: Result) -> tuple[float, ...]:
    """Give what two results of a case are ordered by: outcome, points, then what was let through.

    Few alarms come last.
    """
    bad = (-result.counts.get(name, 0) for name in _BAD)
    return _ORDER[result.outcome], round(result.points, 6), *bad


def compared_lines(found: Sequence[Change]) -> Iterator[str]:
    """Say it for people: stand-ins only where they changed, time where it differs for sure."""
    for change in found:
        if change.subject in STAND_INS and not (change.better or change.worse):
            continue
        what = f"{change.suite} ({change.subject}, {change.split})"
        if not change.cases:
            yield f"{what}: no case is the same in both; {change.apart} not in both"
            continue
        yield (
            f"{what}, {change.cases} cases: {change.share:+.1%}{_how_sure(change)};"
            f" {len(change.better)} better, {len(change.worse)} worse, {change.apart} not in both"
        )
        if change.cases >= _ENOUGH and change.took_interval.excludes_zero():
            low, high = change.took_interval
            yield f"  time: {change.took:+.0%} [{low:+.0%}, {high:+.0%}]"
        yield from (f"  better: {name}" for name in change.better)
        yield from (f"  worse:  {name}" for name in change.worse)


def _how_sure(change: Change) -> str:
    """Give the interval, where there are cases enough for one."""
    if change.cases < _ENOUGH:
        return ", too few for an interval"
    low, high = change.interval
    sure = "" if change.interval.excludes_zero() else ", not told apart from none"
    return f" [{low:+.1%}, {high:+.1%}]{sure}"
