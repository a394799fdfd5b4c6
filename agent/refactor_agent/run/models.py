"""The models of a run: what the user asked for, over what the team's settings say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import SecretStr

from refactor_agent.domain.values import Value
from refactor_agent.errors import UsageError
from refactor_agent.llm import Limits, ModelConfig, limited, model_config, read_api_key
from refactor_agent.llm.config import ONE_CHANGE_SET
from refactor_agent.project import Amounts, Config, ModelProfile

__all__ = ["ModelChoice", "configured_models", "key_of", "read_amounts"]


class ModelChoice(Value):
    """What was said on the command line; ``None`` leaves it to the profile, then to defaults."""

    models: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    base_url: str | None = None
    api: Literal["chat", "responses"] | None = None
    stream: bool | None = None
    key_from: str | None = None
    temperature: float | None = None
    record: str | None = None
    limits: Amounts = {}  # noqa: RUF012 - pydantic copies it
    change_set_limits: Amounts = {}  # noqa: RUF012
    offline: bool = False


def configured_models(config: Config, choice: ModelChoice) -> tuple[ModelConfig, ...]:
    """Give the models that are to be asked, the first first; none where no model was named.

    Raises `UsageError` for a profile that does not exist, a model that nothing leads to, or a
    limit of cost on a model without a price.
    """
    if choice.models and choice.profiles:
        raise UsageError("give --model or --profile, not both")
    limits = limited(limited(Limits(), config.limits), choice.limits)
    each = limited(limited(ONE_CHANGE_SET, config.change_set_limits), choice.change_set_limits)
    made = []
    for name, profile in _named(config, choice):
        found = model_config(
            profile.model or name, choice.base_url, profile=profile, offline=choice.offline
        )
        if found is not None:
            price = found.price or config.prices.get(found.model)
            update = {
                "price": price,
                "limits": limits,
                "change_set_limits": each,
                "record": choice.record,
            }
            made.append(found.model_copy(update=update))
    for found in made:
        _check_price(found)
    return tuple(made)


def key_of(config: ModelConfig) -> SecretStr | None:
    """Give a model's key; raises `UsageError` when it is not where it was said to be."""
    if config.source != "endpoint" or config.offline:
        return None
    return read_api_key(config.key_from, config.base_url)


def read_amounts(words: Sequence[str], option: str) -> Amounts:
    """Read limits such as ``calls=50``; raises `UsageError`."""
    found: dict[Literal["calls", "tokens", "seconds", "cost"], float] = {}
    for word in words:
        name, _, amount = word.partition("=")
        if name not in {"calls", "tokens", "seconds", "cost"}:
            raise UsageError(f"{option} {word}: name calls, tokens, seconds or cost, as calls=50")
        try:
            value = float(amount)
        except ValueError as error:
            raise UsageError(f"{option} {word}: {amount or 'nothing'} is no number") from error
        match name:
            case "calls" | "tokens" | "seconds" | "cost":
                found[name] = value
    return found


def _named(config: Config, choice: ModelChoice) -> list[tuple[str, ModelProfile]]:
    """Give name and settings of each model; the command line goes before the profile."""
    said = choice.model_dump(include={"api", "stream", "key_from", "temperature"})
    update = {name: value for name, value in said.items() if value is not None}
    profiles = [(name, ModelProfile()) for name in choice.models]
    profiles += [(name, _profile(config.models, name)) for name in choice.profiles]
    return [(name, profile.model_copy(update=update)) for name, profile in profiles]


def _profile(known: Mapping[str, ModelProfile], name: str) -> ModelProfile:
    if name not in known:
        names = ", ".join(known) or "there are none"
        raise UsageError(f"[tool.refactor-agent.models] has no profile {name}: {names}")
    return known[name]


def _check_price(config: ModelConfig) -> None:
    capped = (config.limits, config.change_set_limits, config.model_limits)
    if config.price is None and any(limits.cost is not None for limits in capped):
        if config.source != "endpoint":
            return
        raise UsageError(
            f"a limit of cost needs the price of {config.model}: set it in"
            " [tool.refactor-agent.prices] or in its profile"
        )
