"""Which model to ask, where, and how much a run may spend on it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from refactor_agent.domain.values import Value
from refactor_agent.errors import UsageError

__all__ = ["DEFAULT_BASE_URL", "Limits", "ModelConfig", "model_config", "read_api_key"]

DEFAULT_BASE_URL = "https://api.openai.com/v1"
KEY_VARIABLES = ("REFACTOR_AGENT_API_KEY", "OPENAI_API_KEY")
"""Where the key is looked for, in this order."""


class Limits(Value):
    """What one run may spend; ``None`` is no limit."""

    calls: int | None = Field(default=200, ge=0)
    tokens: int | None = Field(default=2_000_000, ge=0)
    """Prompt and completion together. Calls under way are not counted before they answer."""
    seconds: float | None = Field(default=3600.0, ge=0)
    """Waited for answers, summed over all calls."""


_ONE_CHANGE_SET = Limits(calls=20, tokens=400_000, seconds=1200.0)
"""Room for all rounds with all their repairs, on every rung: beyond it lies a fault."""


class ModelConfig(Value):
    """An OpenAI-compatible endpoint and how to ask it. Holds no key, so it may be written down."""

    model: str = Field(min_length=1)
    base_url: str = DEFAULT_BASE_URL
    temperature: float | None = None
    """``None`` leaves it to the endpoint; several hosted models accept nothing else."""
    max_output_tokens: int | None = Field(default=None, gt=0)
    prompt_tokens: int = Field(default=32_000, gt=0)
    """What one prompt may hold, estimated."""
    attempt_seconds: float = Field(default=120.0, gt=0)
    """One attempt; the client makes ``max_retries`` more."""
    total_seconds: float = Field(default=300.0, gt=0)
    """One call with all its attempts and the waits between them."""
    max_retries: int = Field(default=2, ge=0)
    concurrency: int = Field(default=4, gt=0)
    limits: Limits = Limits()
    """Of the whole run."""
    change_set_limits: Limits = _ONE_CHANGE_SET


def model_config(
    model: str | None,
    base_url: str | None = None,
    *,
    offline: bool = False,
    environ: Mapping[str, str] = os.environ,
) -> ModelConfig | None:
    """Give the endpoint that the user asked for, or ``None`` when no model is to be used.

    Raises:
        UsageError: a model was named, and nothing says where it is, or the URL can't be used.
    """
    if model is None or offline:
        return None
    url = base_url or environ.get("OPENAI_BASE_URL") or None
    if url is None and read_api_key(environ) is None:
        raise UsageError(
            f"--model {model} needs --base-url, or a key in {' or '.join(KEY_VARIABLES)}"
        )
    return ModelConfig(model=model, base_url=_checked(url or DEFAULT_BASE_URL))


def read_api_key(environ: Mapping[str, str] = os.environ) -> SecretStr | None:
    """Take the key from the environment; it is never written, logged or put into a value.

    Raises `UsageError` where it can't be sent as a header.
    """
    for name in KEY_VARIABLES:
        key = environ.get(name, "").strip()
        if not key.isprintable() or not key.isascii():
            raise UsageError(f"{name} holds characters that no key has; set it again")
        if key:
            return SecretStr(key)
    return None


def _checked(url: str) -> str:
    """Give ``url`` without a slash at its end; it must be one that may be written down."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise UsageError("--base-url must be a URL such as http://127.0.0.1:8000/v1")
    if parts.username or parts.password or parts.query:
        raise UsageError(f"--base-url must not hold a key; put it into {KEY_VARIABLES[0]}")
    return url.rstrip("/")
