"""Which model to ask, where, and how much a run may spend on it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError

from refactor_agent.domain.values import Value
from refactor_agent.errors import UsageError
from refactor_agent.llm.keys import KEY_VARIABLES, read_api_key
from refactor_agent.project import Amounts, ModelProfile
from refactor_agent.tree import sha256

__all__ = ["DEFAULT_BASE_URL", "Limits", "ModelConfig", "limited", "model_config"]

DEFAULT_BASE_URL = "https://api.openai.com/v1"
REHEARSALS = ("script", "replay")
"""Sources of answers that ask nobody, as prefixes of a model's name: ``script:FILE``."""


class Limits(Value):
    """What may be spent; ``None`` is no limit. The defaults are those of one run."""

    calls: int | None = Field(default=200, ge=0)
    tokens: int | None = Field(default=2_000_000, ge=0)
    """Prompt and completion together. Calls under way are not counted before they answer."""
    seconds: float | None = Field(default=3600.0, ge=0)
    """Waited for answers, summed over all calls."""
    cost: float | None = Field(default=None, ge=0)
    """In the currency of the prices."""


ONE_CHANGE_SET = Limits(calls=20, tokens=400_000, seconds=1200.0)
"""Room for all rounds with all their repairs, on every rung: beyond it lies a fault."""
NO_LIMITS = Limits(calls=None, tokens=None, seconds=None)


class ModelConfig(Value):
    """An OpenAI-compatible endpoint and how to ask it. Holds no key, so it may be written down."""

    model: str = Field(min_length=1)
    base_url: str = DEFAULT_BASE_URL
    source: Literal["endpoint", "script", "replay"] = "endpoint"
    """What answers: an endpoint; a file with answers; a file with recorded answers."""
    file: str = ""
    """The file of a script or a recording."""
    record: str | None = None
    """The file that answers are recorded in, for a later replay."""
    offline: bool = False
    """Answers come from the cache or not at all."""
    api: Literal["chat", "responses"] = "chat"
    stream: bool = False
    key_from: str | None = None
    """``keyring``, or the name of an environment variable; else `KEY_VARIABLES`."""
    temperature: float | None = None
    """``None`` leaves it to the endpoint; several hosted models accept nothing else."""
    sample_temperature: float | None = None
    """For answers after the first to the same question; ``None``: as the first."""
    max_output_tokens: int | None = Field(default=None, gt=0)
    prompt_tokens: int = Field(default=32_000, gt=0)
    """What one prompt may hold, estimated."""
    attempt_seconds: float = Field(default=120.0, gt=0)
    """One attempt; the client makes ``max_retries`` more."""
    total_seconds: float = Field(default=300.0, gt=0)
    """One call with all its attempts and the waits between them."""
    max_retries: int = Field(default=2, ge=0)
    concurrency: int = Field(default=4, gt=0)
    price: tuple[float, float] | None = None
    """Per million tokens of prompt and of completion."""
    limits: Limits = Limits()
    """Of the whole run, whichever model is asked."""
    change_set_limits: Limits = ONE_CHANGE_SET
    model_limits: Limits = NO_LIMITS
    """What this model may use of it."""

    @property
    def disclosure(self) -> str:
        """Say what answers where it is no language model; else nothing."""
        if self.source == "script":
            return f"{self.model} is a script and no language model"
        if self.source == "replay":
            return f"{self.model} is a recording that is played again; no model was asked"
        return ""

    def temperature_of(self, sample: int) -> float | None:
        """Give the temperature of the answer number ``sample`` to one question."""
        if sample > 0 and self.sample_temperature is not None:
            return self.sample_temperature
        return self.temperature

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float | None:
        """Give what so many tokens cost; ``None`` where the model has no price."""
        if self.price is None:
            return None
        asked, answered = self.price
        return (asked * prompt_tokens + answered * completion_tokens) / 1_000_000


def model_config(
    model: str | None,
    base_url: str | None = None,
    *,
    profile: ModelProfile | None = None,
    offline: bool = False,
    environ: Mapping[str, str] = os.environ,
) -> ModelConfig | None:
    """Give the endpoint that the user asked for, or ``None`` when no model is to be used.

    ``base_url`` goes before the ``profile``'s; a ``model`` such as ``script:FILE`` or
    ``replay:FILE`` is answered from that file.

    Raises:
        UsageError: a model was named, and nothing says where it is, or the URL can't be used.
    """
    if model is None or offline:
        return None
    kind, _, file = model.partition(":")
    if kind in REHEARSALS and file:
        return _rehearsed(kind, file)
    settings = profile.model_dump(exclude_none=True, exclude={"model", "limits"}) if profile else {}
    given = settings.pop("base_url", None)
    url = base_url or given or environ.get("OPENAI_BASE_URL") or None
    key_from = settings.get("key_from")
    if url is None and key_from is None and read_api_key(environ=environ) is None:
        raise UsageError(
            f"--model {model} needs --base-url, or a key in {' or '.join(KEY_VARIABLES)}"
        )
    limits = limited(NO_LIMITS, profile.limits) if profile else NO_LIMITS
    return ModelConfig(
        model=model, base_url=_checked(url or DEFAULT_BASE_URL), model_limits=limits, **settings
    )


def limited(base: Limits, given: Amounts) -> Limits:
    """Give ``base`` with the ``given`` limits in place of its own; raises `UsageError`."""
    try:
        return Limits.model_validate({**base.model_dump(), **given})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise UsageError(f"the limit of {first['loc'][0]}: {first['msg'].lower()}") from error


def _rehearsed(kind: str, file: str) -> ModelConfig:
    path = Path(file).resolve()
    if not path.is_file():
        raise UsageError(f"--model {kind}:{file}: there is no such file")
    source: Literal["script", "replay"] = "script" if kind == "script" else "replay"
    name = f"{kind}:{path.name}"
    # Its content is part of where it lies, so that answers of an edited file are not recalled.
    place = f"{kind}:{sha256(path.read_bytes())[:16]}"
    return ModelConfig(model=name, base_url=place, source=source, file=str(path))


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
