"""From single results to the figures that tables show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from eval.runs.intervals import Interval, wilson
from eval.runs.values import CUT_OFF, NULL, PERFECT, PLANTED, Result

__all__ = ["Figure", "by_group", "dishonest", "figures"]


class Figure(NamedTuple):
    """What one subject made of many cases of a suite."""

    suite: str
    subject: str
    part: str
    """The split, or the group."""
    outcomes: Counter[str]
    points: float
    of: float
    counts: Counter[str]
    seconds: float
    tokens: int
    cost: float

    @property
    def cases(self) -> int:
        """How many were asked."""
        return self.outcomes.total()

    @property
    def score(self) -> float | None:
        """The share of points; ``None`` where there are none to be had."""
        return self.points / self.of if self.of else None

    @property
    def interval(self) -> Interval:
        """The interval of the score, as if its points were independent."""
        return wilson(self.points, self.of)

    @property
    def right(self) -> Interval:
        """The interval of the share of cases that came out right."""
        return wilson(self.outcomes["right"], self.cases)


def figures(results: Iterable[Result]) -> list[Figure]:
    """Give a figure per suite, subject and split."""
    return list(_gather((result, result.split) for result in results))


def by_group(results: Iterable[Result]) -> list[Figure]:
    """Give a figure per suite, subject and group."""
    return list(_gather((result, result.group) for result in results))


def _gather(pairs: Iterable[tuple[Result, str]]) -> Iterator[Figure]:
    gathered: dict[tuple[str, str, str], list[Result]] = {}
    for result, part in pairs:
        gathered.setdefault((result.suite, result.subject, part), []).append(result)
    for (suite, subject, part), found in sorted(gathered.items()):
        yield Figure(
            suite,
            subject,
            part,
            Counter(result.outcome for result in found),
            sum(result.points for result in found),
            sum(result.of for result in found),
            sum((Counter(result.counts) for result in found), Counter[str]()),
            sum(result.seconds for result in found),
            sum(result.tokens for result in found),
            sum(result.cost for result in found),
        )


def dishonest(results: Sequence[Result]) -> list[str]:
    """Say where doing nothing or a wrong answer scores, the right one doesn't, or some are missing.

    Such a suite measures something else than it says: none of its figures count.
    """
    found = []
    for result in results:
        place = f"{result.suite}: {result.case}"
        if result.subject == NULL and result.points > 0:
            found.append(f"{place}: doing nothing scores {result.points:g} of {result.of:g}")
        if result.subject == PERFECT and (result.points != result.of or result.outcome != "right"):
            found.append(f"{place}: the right answer scores {result.points:g} of {result.of:g}")
        if result.subject == PLANTED and result.outcome == "right":
            found.append(f"{place}: a wrong answer counts as right: {result.reason}")
        if result.subject == CUT_OFF:
            found.append(f"{place}: the suite broke and left results out: {result.reason}")
    return found
