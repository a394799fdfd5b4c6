"""What is known of the loop that runs in a thread."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

__all__ = ["Cell", "Samples"]


class Samples:
    """Stacks seen while one callback held the loop."""

    __slots__ = ("began", "seen", "told")

    def __init__(self, began: float) -> None:
        self.began = began
        self.seen: list[tuple[float, int]] = []
        """When, and the number of the stack."""
        self.told = 0.0
        """For how long the callback had held the loop when that was last written down."""

    def weighed(self, ended: float) -> list[tuple[int, float]]:
        """Share the callback's time among its stacks: each stands for the time up to its sample.

        The last one also stands for the rest.
        """
        shares: dict[int, float] = {}
        before = self.began
        for moment, stack in self.seen:
            shares[stack] = shares.get(stack, 0.0) + moment - before
            before = moment
        if self.seen:
            shares[self.seen[-1][1]] += max(0.0, ended - before)
        return [(stack, round(seconds, 6)) for stack, seconds in shares.items()]


class Cell:
    """One thread's loop. Its own thread writes it; the watchdog reads, and adds samples."""

    __slots__ = (
        "base",
        "beat",
        "began",
        "busy",
        "callbacks",
        "foreign",
        "kind",
        "ran",
        "samples",
        "since",
        "slow",
        "stolen",
        "thread",
    )

    def __init__(self, thread: int) -> None:
        self.thread = thread
        self.kind = ""
        self.since = 0.0
        """When the loop began to run; 0 while none does."""
        self.began = 0.0
        """When the callback that runs now began; 0 between callbacks."""
        self.ran = 0.0
        self.busy = 0.0
        self.callbacks = 0
        self.slow = 0
        self.stolen = 0.0
        self.samples: Samples | None = None
        self.foreign: Any = None
        """A loop whose callbacks can't be timed one by one, so that heartbeats watch it."""
        self.base: FrameType | None = None
        """The frame that runs such a loop; what lies under it is no concern of its callbacks."""
        self.beat = 0.0
        """When the heartbeat that has not come back was sent; 0 when none is under way."""

    def totals(self, now: float, threshold: float) -> dict[str, Any]:
        """Give the sums up to now, with the callback that runs."""
        running = now - self.since if self.since else 0.0
        began = self.began or self.beat
        held = now - began if began else 0.0
        stalled = held >= threshold
        return {
            "event": "loop",
            "thread": self.thread,
            "kind": self.kind,
            "ran": round(self.ran + running, 6),
            "busy": None if self.foreign is not None else round(self.busy + held, 6),
            "callbacks": self.callbacks,
            "stalls": self.slow + stalled,
            "stolen": round(self.stolen + (held if stalled else 0.0), 6),
        }
