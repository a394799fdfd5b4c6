"""Open the model that the user configured."""

from __future__ import annotations

from pydantic import SecretStr

from refactor_agent.llm.config import ModelConfig
from refactor_agent.llm.endpoint import Endpoint
from refactor_agent.llm.ledger import Ledger
from refactor_agent.llm.recording import RecordingTransport, ReplayTransport
from refactor_agent.llm.script import ScriptTransport
from refactor_agent.llm.transport import Transport
from refactor_agent.ports import Reporter
from refactor_agent.store import Store

__all__ = ["open_model"]


def open_model(
    config: ModelConfig,
    key: SecretStr | None,
    *,
    store: Store,
    ledger: Ledger,
    reporter: Reporter | None = None,
) -> Endpoint:
    """Give the model, to be used as an async context manager.

    Call it outside a running event loop: it imports the client library and loads the TLS context.
    ``store`` holds the answers and what was learned about the endpoint; share it between runs.
    Raises `UsageError` for a script or a recording that can't be read.
    """
    transport = _transport(config, key)
    if config.record is not None:
        transport = RecordingTransport(transport, config.record, config.model, config.base_url)
    return Endpoint(config, transport, store=store, ledger=ledger, reporter=reporter)


def _transport(config: ModelConfig, key: SecretStr | None) -> Transport:
    if config.source == "script":
        return ScriptTransport(config.file)
    if config.source == "replay":
        return ReplayTransport(config.file)
    from refactor_agent.llm.hosted import HostedTransport  # noqa: PLC0415 - 1.3 s, for others' use

    return HostedTransport(config, key)
