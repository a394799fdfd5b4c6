"""Intervals of shares and of their differences."""

from __future__ import annotations

import pytest
from eval.runs.intervals import paired_bootstrap, wilson


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (81, 263, 0.2553, 0.3662),  # the example of Newcombe, Statist. Med. 17 (1998), 857-872
        (-3, 10, 0.0, 0.2775),
        (0, 0, 0.0, 1.0),
    ],
)
def test_wilson(hits: int, count: int, low: float, high: float) -> None:
    assert wilson(hits, count) == pytest.approx((low, high), abs=5e-5)


def test_a_change_of_every_case_is_told_apart_from_none():
    found = paired_bootstrap([(0, 1, 1)] * 8 + [(1, 1, 1)] * 2, seed=1)
    assert found.excludes_zero()
    assert 0.4 < found.low < 0.8 < found.high <= 1


def test_a_change_of_one_case_of_many_is_not():
    assert not paired_bootstrap([(0, 1, 1)] + [(1, 1, 1)] * 30, seed=1).excludes_zero()


def test_points_count_with_their_case_and_the_seed_decides_the_draws():
    pairs = [(10, 40, 100), (3, 2, 5), (0, 1, 1)]
    assert paired_bootstrap(pairs, seed=3) == paired_bootstrap(pairs, seed=3)
    assert paired_bootstrap([], seed=3) == (0, 0)
