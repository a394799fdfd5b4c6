"""How fast an ASGI application answered under load, before a change and after it."""

from __future__ import annotations

from refactor_agent.domain.values import Value

__all__ = ["LoadReport", "Ratio"]


class Ratio(Value):
    """A figure after the change over the same before it: the median round, and the extremes."""

    median: float
    low: float
    high: float


class LoadReport(Value):
    """What driving the application showed, or why it was not driven."""

    requests: tuple[str, ...] = ()
    concurrency: int = 0
    rounds: int = 0
    throughput: Ratio | None = None
    p50: Ratio | None = None
    p95: Ratio | None = None
    p99: Ratio | None = None
    lag: Ratio | None = None
    """The longest time that the loop came late."""
    problem: str = ""
    """Why nothing was measured."""
    slower: str = ""
    """What is clearly worse than before, for a person."""
