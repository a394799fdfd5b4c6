"""What a run spent on models, for its report."""

from __future__ import annotations

from collections.abc import Mapping

from refactor_agent.llm.ledger import Ledger
from refactor_agent.llm.prices import cost
from refactor_agent.run.services import Services

__all__ = ["model_usage", "usage_of"]


def usage_of(services: Services) -> Mapping[str, int | float | None]:
    """Give the sums of a run; nothing where no model was to be asked."""
    if services.proposer is None:
        return {}
    return model_usage(services.proposer.models[0].ledger, services.project.config.prices)


def model_usage(
    ledger: Ledger, prices: Mapping[str, tuple[float, float]]
) -> Mapping[str, int | float | None]:
    """Give the ledger's sums by name; ``cost`` is ``None`` where a model has no price.

    Guessed tokens, of endpoints that tell none, are not in the cost.
    """
    sums: dict[str, int | float | None] = dict(ledger.spent.model_dump())
    costs = [
        cost(prices, name, spent.prompt_tokens or 0, spent.completion_tokens or 0)
        for name, spent in ledger.by_model.items()
    ]
    known = [each for each in costs if each is not None]
    sums["cost"] = round(sum(known), 6) if len(known) == len(costs) else None
    return sums
