"""The options of `run` that have to do with models."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

__all__ = [
    "Api",
    "BaseUrl",
    "KeyFrom",
    "Limit",
    "LimitEach",
    "Model",
    "ModelTurn",
    "Offline",
    "Profile",
    "Record",
    "Review",
    "ReviewAll",
    "Rounds",
    "Samples",
    "Stream",
    "Temperature",
    "Turn",
    "names_in",
]

_PANEL = "Models"


class ApiName(StrEnum):
    """How an endpoint is asked."""

    CHAT = "chat"
    RESPONSES = "responses"


class Turn(StrEnum):
    """When models are asked."""

    LAST = "last"
    BEFORE_OFFLOAD = "before-offload"


Model = Annotated[
    str | None,
    typer.Option(
        rich_help_panel=_PANEL,
        help="A model for what the rules can't convert; with SMALL,BIG the next when one fails."
        " script:FILE and replay:FILE answer from a file.",
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(
        rich_help_panel=_PANEL,
        help="Instead of --model: names in [tool.refactor-agent.models], the first first.",
    ),
]
BaseUrl = Annotated[
    str | None,
    typer.Option(rich_help_panel=_PANEL, help="Its OpenAI-compatible endpoint."),
]
Api = Annotated[
    ApiName | None,
    typer.Option(rich_help_panel=_PANEL, help="How it is asked; chat completions by default."),
]
Stream = Annotated[
    bool | None,
    typer.Option("--stream/--no-stream", rich_help_panel=_PANEL, help="Have answers streamed."),
]
KeyFrom = Annotated[
    str | None,
    typer.Option(
        rich_help_panel=_PANEL,
        help="Where its key is: `keyring`, or an environment variable's name.",
    ),
]
Temperature = Annotated[
    float | None,
    typer.Option(min=0, rich_help_panel=_PANEL, help="Left to the endpoint by default."),
]
Rounds = Annotated[
    int,
    typer.Option(min=0, rich_help_panel=_PANEL, help="Repairs after a model's first answer."),
]
Samples = Annotated[
    int,
    typer.Option(
        min=0,
        rich_help_panel=_PANEL,
        help="How often each model is asked afresh when its repairs failed.",
    ),
]
ModelTurn = Annotated[
    Turn,
    typer.Option(
        rich_help_panel=_PANEL,
        help="Ask after all that rules can do, or before rules do less than convert.",
    ),
]
Review = Annotated[
    bool,
    typer.Option(
        "--review", rich_help_panel=_PANEL, help="Have a model try to refute what models made."
    ),
]
ReviewAll = Annotated[
    bool,
    typer.Option(
        "--review-all", rich_help_panel=_PANEL, help="The same, also for what rules made."
    ),
]
Limit = Annotated[
    list[str] | None,
    typer.Option(
        rich_help_panel=_PANEL,
        help="What the run may spend: calls=N, tokens=N, seconds=N or cost=N; repeatable.",
    ),
]
LimitEach = Annotated[
    list[str] | None,
    typer.Option(rich_help_panel=_PANEL, help="The same for each change set."),
]
Record = Annotated[
    str | None,
    typer.Option(
        rich_help_panel=_PANEL, help="Add the answers to this file, for --model replay:FILE."
    ),
]
Offline = Annotated[
    bool,
    typer.Option("--offline", rich_help_panel=_PANEL, help="Ask no model, whatever else is said."),
]


def names_in(text: str | None) -> tuple[str, ...]:
    """Give the names of a list with commas."""
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())
