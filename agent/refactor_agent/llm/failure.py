"""Calls that gave no answer, and what that means for the calls to come."""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = ["PARAMETERS", "CallError", "Failure", "Parameter"]

Parameter = Literal["stream_options", "max_tokens", "temperature"]
"""What some endpoints don't take, and a prompt can go without."""
PARAMETERS: tuple[Parameter, ...] = ("stream_options", "max_tokens", "temperature")


class CallError(Exception):
    """A call that gave no answer."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Failure(NamedTuple):
    """What a failed call means for the calls to come."""

    message: str
    format_refused: bool = False
    """The endpoint may take the same prompt on a lower rung of the ladder."""
    parameter: Parameter | None = None
    """It does not know this parameter."""
    cut: bool = False
    """The answer began and broke off: the client library does not try that again by itself."""
    rejected: bool = False
    """It does not take this prompt; another one it may."""
    lasting: bool = False
    """No later call will do better."""
