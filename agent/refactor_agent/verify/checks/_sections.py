"""What functions use on both sides of a new point of suspension, each worked out once."""

from __future__ import annotations

from refactor_agent.verify.checks._section_uses import NOTHING, Summary
from refactor_agent.verify.checks._section_walk import Walk
from refactor_agent.verify.checks._shared_names import Names
from refactor_agent.verify.checks._suspensions import Suspensions
from refactor_agent.verify.checks._units import Unit, Units

__all__ = ["Sections"]

_DEEPEST = 5


class Sections:
    """Walks functions, each once."""

    def __init__(self, units: Units, suspensions: Suspensions) -> None:
        self.units = units
        self.suspensions = suspensions
        self._known: dict[tuple[str, str], Summary] = {}
        self._depth = 0

    def summary(self, unit: Unit) -> Summary:
        """Give what ``unit`` does; nothing for what is under way or too deep to matter."""
        if unit.key in self._known:
            return self._known[unit.key]
        if self._depth >= _DEEPEST:
            return NOTHING
        self._known[unit.key] = NOTHING
        self._depth += 1
        try:
            self._known[unit.key] = Walk(self, unit, Names(unit)).run()
        finally:
            self._depth -= 1
        return self._known[unit.key]
