"""The whole suite runs on the sum of all changes while each is still judged alone.

What it says counts only if every change set comes out verified with what rules made of it first.
Until the first that does not, a core does meanwhile what all would wait for in the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass

from refactor_agent.domain.plan import ChangeSet
from refactor_agent.domain.proposal import Proposal
from refactor_agent.domain.verdict import Verdict

__all__ = ["Ahead"]

Series = Sequence[tuple[ChangeSet, Proposal]]
JudgeSum = Callable[[str, Series], Coroutine[None, None, Verdict]]
"""As `Gate.judge_sum`: a baseline's key, and what is laid over one another."""


@dataclass
class _Begun:
    """A sum that is being judged."""

    baseline: str
    series: Series
    verdict: asyncio.Task[Verdict]


class Ahead:
    """At most one verdict on a sum that nobody has asked for yet."""

    def __init__(self, judge: JudgeSum) -> None:
        self._judge = judge
        self._begun: _Begun | None = None

    def begin(self, baseline: str, series: Series) -> None:
        """Have the sum of ``series`` judged in the background, until `stop`."""
        verdict = asyncio.create_task(self._judge(baseline, series))
        self._begun = _Begun(baseline, series, verdict)

    async def judge_sum(self, baseline: str, series: Series) -> Verdict:
        """Give the verdict on a sum: the one that was begun, when it is of this sum."""
        begun = self._begun
        if begun is not None and (begun.baseline, begun.series) == (baseline, series):
            return await begun.verdict
        await self.stop()
        return await self._judge(baseline, series)

    async def stop(self) -> None:
        """End what was begun, and its tests."""
        begun, self._begun = self._begun, None
        if begun is None:
            return
        begun.verdict.cancel()
        # A fault in what nobody asked for concerns nobody.
        with suppress(asyncio.CancelledError, Exception):
            await begun.verdict
