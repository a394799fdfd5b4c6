"""Confidence intervals of shares, and of the difference of two results over the same cases.

`wilson` is the score interval without continuity correction: E. B. Wilson, "Probable inference,
the law of succession, and statistical inference", JASA 22 (1927), 209-212; that it keeps its
coverage with few cases and near 0 and 1, which the textbook interval does not, is shown in Brown,
Cai and DasGupta, "Interval estimation for a binomial proportion", Statist. Sci. 16 (2001), 101-133.

`paired_bootstrap` draws cases with replacement, both results of a case together (Efron and
Tibshirani, "An Introduction to the Bootstrap", 1993, ch. 13: percentile interval): points of one
case depend on each other, points of different cases don't.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Interval", "paired_bootstrap", "wilson"]

_Z = 1.959963984540054
"""Of the normal distribution, 95% lie within so many standard deviations."""
_DRAWS = 2000


class Interval(NamedTuple):
    """A 95% interval."""

    low: float
    high: float

    def excludes_zero(self) -> bool:
        """Say whether a difference with this interval is told apart from none."""
        return self.low > 0 or self.high < 0


def wilson(hits: float, count: float) -> Interval:
    """Give the interval of a share, from 0 to 1; all of that when nothing was asked.

    Hits beyond their range (a conversion can be worse than none) count as its end.
    """
    if count <= 0:
        return Interval(0.0, 1.0)
    share = min(max(hits / count, 0.0), 1.0)
    spread = _Z**2 / count
    centre = (share + spread / 2) / (1 + spread)
    reach = _Z / (1 + spread) * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    return Interval(max(centre - reach, 0.0), min(centre + reach, 1.0))


def paired_bootstrap(
    pairs: Sequence[tuple[float, float, float]], seed: int, draws: int = _DRAWS
) -> Interval:
    """Give the interval of the change of a share: ``pairs`` holds before, after, and of how many.

    The same seed gives the same interval.
    """
    if not pairs:
        return Interval(0.0, 0.0)
    random_draw = random.Random(seed)  # noqa: S311 - statistics, not secrets
    found = sorted(_change(random_draw.choices(pairs, k=len(pairs))) for _ in range(draws))
    return Interval(found[int(draws * 0.025)], found[min(int(draws * 0.975), draws - 1)])


def _change(pairs: Sequence[tuple[float, float, float]]) -> float:
    count = sum(of for _, _, of in pairs)
    return sum(after - before for before, after, _ in pairs) / count if count else 0.0
