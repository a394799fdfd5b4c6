"""Open the model that the user configured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import SecretStr

from refactor_agent.llm.config import ModelConfig
from refactor_agent.llm.ledger import Ledger
from refactor_agent.ports import Reporter
from refactor_agent.store import Store

if TYPE_CHECKING:
    from refactor_agent.llm.endpoint import Endpoint

__all__ = ["open_model"]


def open_model(
    config: ModelConfig,
    key: SecretStr | None,
    *,
    store: Store,
    ledger: Ledger,
    reporter: Reporter | None = None,
) -> Endpoint:
    """Give the endpoint, to be used as an async context manager.

    Call it outside a running event loop: it imports the client library and loads the TLS context.
    ``store`` holds the answers and what was learned about the endpoint; share it between runs.
    """
    from refactor_agent.llm.endpoint import Endpoint  # noqa: PLC0415 - 1.3 s that others save

    return Endpoint(config, key, store=store, ledger=ledger, reporter=reporter)
