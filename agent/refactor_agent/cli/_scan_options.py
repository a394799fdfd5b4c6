"""Choices of `refactor-agent scan`, apart because every command line reads them."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["FailOn", "Format", "Least"]


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


class Least(StrEnum):
    """The lightest severity that is shown."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class FailOn(StrEnum):
    """The lightest severity that fails."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NEVER = "never"
