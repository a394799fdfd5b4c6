"""What tokens cost."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["cost"]

_PER = 1_000_000
"""Price tables are per million tokens, as vendors state them."""


def cost(
    prices: Mapping[str, tuple[float, float]],
    model: str,
    prompt_tokens: int,
    completion_tokens: int,
) -> float | None:
    """Give the price in the table's currency; ``None`` when ``model`` is not in it."""
    if model not in prices:
        return None
    asked, answered = prices[model]
    return (asked * prompt_tokens + answered * completion_tokens) / _PER
