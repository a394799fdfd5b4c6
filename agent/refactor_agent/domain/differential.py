"""What came of an example of a rule, run on both sides in the target's environment."""

from __future__ import annotations

from refactor_agent.domain.values import Value

__all__ = ["DifferentialRun"]


class DifferentialRun(Value):
    """One example whose calls were made of the sync side and of the async side."""

    rule: str
    example: str
    libraries: tuple[str, ...] = ()
    """What it used, with the installed versions: ``httpx 0.28.1``."""
    calls: int = 0
    """How many calls were compared."""
    differs: str = ""
    """The first call that did something else, and what."""
    not_run: str = ""
    """Why nothing was compared."""
