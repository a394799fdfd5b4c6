"""What a run spent on models, for its report."""

from __future__ import annotations

from collections.abc import Mapping

from refactor_agent.llm.ledger import Ledger
from refactor_agent.run.services import Services

__all__ = ["model_usage", "usage_of"]


def usage_of(services: Services) -> Mapping[str, int | float | None]:
    """Give the sums of a run; nothing where no model was to be asked."""
    path = services.directory.results / "ledger.jsonl"
    if services.proposer is None and not path.exists():
        return {}
    return model_usage(Ledger(path))


def model_usage(ledger: Ledger) -> Mapping[str, int | float | None]:
    """Give the ledger's sums by name; ``cost`` is ``None`` where an answer has no price."""
    sums: dict[str, int | float | None] = dict(ledger.spent.model_dump())
    spent = ledger.spent
    priced = spent.cost if spent.unpriced == 0 else None
    sums["cost"] = 0.0 if spent.answered == 0 else None if priced is None else round(priced, 6)
    return sums
