"""The model that a run asks: named, and there, before the first case waits for it."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit
from urllib.request import getproxies

from eval.runs.results import RunError
from eval.runs.values import Proposer

from refactor_agent.errors import UsageError

__all__ = ["ready_model"]

_SECONDS = 10.0


def ready_model(proposer: Proposer, model: str, base_url: str) -> str:
    """Give the model's name as cases are to use it, empty for rules alone.

    Raises `RunError` where the options don't fit together, or nothing answers there.
    """
    if proposer == "rules":
        if model:
            raise RunError(f"--model {model} is asked with --proposer model or both")
        return ""
    if not model:
        raise RunError(f"--proposer {proposer} asks a model: name one with --model")
    from refactor_agent.llm import model_config  # noqa: PLC0415 - rules need none of it

    try:
        config = model_config(model, base_url or None)
    except UsageError as error:
        raise RunError(str(error)) from error
    if config is None or config.source == "endpoint":
        _reach(config.base_url if config else base_url)
        return model
    return f"{config.source}:{config.file}"  # whole: cases run in directories of their own


def _reach(url: str) -> None:
    """Open a connection, and close it again; through a proxy nothing can be told this way."""
    parts = urlsplit(url)
    if parts.scheme in getproxies():
        return
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), _SECONDS).close()
    except OSError as error:
        raise RunError(f"no model answers at {url}: {error}") from error
