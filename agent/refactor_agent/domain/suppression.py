"""Comments that suppress findings, and what is wrong with them."""

from __future__ import annotations

from typing import Literal

from refactor_agent.domain.values import Value

__all__ = ["Remark", "Suppression"]


class Suppression(Value):
    """A comment ``# refactor-agent: ignore[RA101] reason``."""

    file: str
    line: int
    rules: tuple[str, ...] = ()
    """The rules it names; empty when it suppresses all of them."""
    reason: str = ""
    used: tuple[str, ...] = ()
    """The rules that something on its lines would be reported for without it."""


class Remark(Value):
    """Something about a suppression that a person should mend."""

    file: str
    line: int
    name: Literal["unused-suppression", "suppression-without-reason", "unknown-suppressed-rule"]
    text: str
    """What is wrong and how to mend it, in one line."""
