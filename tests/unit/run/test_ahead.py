"""A verdict on the sum that is begun before anybody asks for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

import pytest

from refactor_agent.domain.plan import ChangeSet
from refactor_agent.domain.proposal import Proposal, RuleAuthor
from refactor_agent.domain.verdict import Verdict
from refactor_agent.run.ahead import Ahead


def part(name: str) -> tuple[ChangeSet, Proposal]:
    change_set = ChangeSet(id=name, title=name, entries=(), regions=(), functions=())
    author = RuleAuthor(rules=("RA101",))
    return change_set, Proposal(change_set=name, strategy="native", author=author, functions=())


ALL = [part("001-audit"), part("002-bill")]


class Suite:
    """Takes a moment to judge, and keeps what it judged and what was ended before it could."""

    def __init__(self) -> None:
        self.judged: list[int] = []
        self.ended: list[int] = []

    async def judge_sum(self, _baseline: str, series: object) -> Verdict:
        assert isinstance(series, list)
        try:
            await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            self.ended.append(len(series))
            raise
        self.judged.append(len(series))
        return Verdict(change_set="combined", outcome="verified")


async def asked_for_the_same(ahead: Ahead) -> None:
    assert (await ahead.judge_sum("baseline", list(ALL))).outcome == "verified"


async def asked_for_less(ahead: Ahead) -> None:
    assert (await ahead.judge_sum("baseline", ALL[:1])).outcome == "verified"


async def asked_over_another_baseline(ahead: Ahead) -> None:
    assert (await ahead.judge_sum("another", ALL)).outcome == "verified"


async def never_asked(ahead: Ahead) -> None:
    await asyncio.sleep(0)


async def stopped_and_asked_all_the_same(ahead: Ahead) -> None:
    await ahead.stop()
    assert (await ahead.judge_sum("baseline", ALL)).outcome == "verified"


@pytest.mark.parametrize(
    ("then", "judged", "ended"),
    [
        (asked_for_the_same, [2], []),
        (asked_for_less, [1], [2]),
        (asked_over_another_baseline, [2], [2]),
        (never_asked, [], [2]),
        (stopped_and_asked_all_the_same, [2], [2]),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_it_counts_for_the_same_sum_alone(
    then: Callable[[Ahead], Coroutine[None, None, None]], judged: list[int], ended: list[int]
):
    suite = Suite()

    async def run() -> None:
        ahead = Ahead(suite.judge_sum)
        ahead.begin("baseline", ALL)
        await asyncio.sleep(0)
        await then(ahead)
        await ahead.stop()

    asyncio.run(run())

    assert (suite.judged, suite.ended) == (judged, ended)
