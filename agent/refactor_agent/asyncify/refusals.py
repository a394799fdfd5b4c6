"""What can't be converted, gathered with reasons."""

from __future__ import annotations

from refactor_agent.domain.place import Site
from refactor_agent.domain.plan import Refusal

__all__ = ["Refusals"]


class Refusals:
    """Collects refusals, each once."""

    def __init__(self) -> None:
        self._found: dict[Refusal, None] = {}

    def add(self, reason: str, message: str, site: Site | None = None) -> None:
        """Note that something stays as it is, and why."""
        self._found[Refusal(reason=reason, message=message, site=site)] = None

    def keep(self, first: int) -> None:
        """Forget all but the ``first`` refusals that were noted."""
        self._found = dict(list(self._found.items())[:first])

    def all(self) -> tuple[Refusal, ...]:
        """Give what was noted, by place."""
        return tuple(sorted(self._found, key=lambda one: (str(one.site or ""), one.reason)))
