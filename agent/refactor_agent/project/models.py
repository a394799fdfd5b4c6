"""The models that a team names in its ``pyproject.toml``, and what may be spent on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from refactor_agent.domain.values import Value

__all__ = ["Amounts", "ModelProfile", "Price"]

Price = Annotated[float, Field(ge=0)]
"""In any currency, per million tokens."""

Amounts = Mapping[Literal["calls", "tokens", "seconds", "cost"], Annotated[float, Field(ge=0)]]
"""Limits by name, as a team or a user gives them; what is not named stays as it is."""


class ModelProfile(Value):
    """``[tool.refactor-agent.models.NAME]``. Holds no key, only where the key is."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=lambda name: name.replace("_", "-"),
        populate_by_name=True,
    )  # fmt: skip

    model: str | None = None
    """What the endpoint calls it; the profile's name where nothing else is said."""
    base_url: str | None = None
    api: Literal["chat", "responses"] = "chat"
    stream: bool = False
    key_from: str | None = None
    """``keyring``, or the name of an environment variable."""
    temperature: float | None = Field(default=None, ge=0)
    sample_temperature: float | None = Field(default=None, ge=0)
    """For answers after the first to the same question."""
    prompt_tokens: int | None = Field(default=None, gt=0)
    max_output_tokens: int | None = Field(default=None, gt=0)
    attempt_seconds: float | None = Field(default=None, gt=0)
    total_seconds: float | None = Field(default=None, gt=0)
    max_retries: int | None = Field(default=None, ge=0)
    concurrency: int | None = Field(default=None, gt=0)
    price: tuple[Price, Price] | None = None
    """Of prompt and of completion."""
    limits: Amounts = {}  # noqa: RUF012 - pydantic copies it
    """What this model may use of what the run may spend."""
