"""Which definitions get a twin, and under which name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from refactor_agent.entry.definitions import Definitions

__all__ = ["Twins"]


@dataclass
class Twins:
    """Qualified name of each function or class at the top of a module to its twin's bare name."""

    definitions: Definitions
    names: dict[str, str] = field(default_factory=dict)

    def of(self, module: str, name: str) -> tuple[str, str] | None:
        """Give the home and the name of the twin of what ``name`` means in ``module``."""
        found = self.definitions.find(module, name)
        if found is None or found.qualified not in self.names:
            return None
        return found.module, self.names[found.qualified]

    def by_bare_name(self) -> Mapping[str, str]:
        """Give each twin's name with its original's, both bare."""
        return {twin: name.rpartition(".")[2] for name, twin in sorted(self.names.items())}

    def defined_in(self, module: str) -> Iterator[tuple[str, str]]:
        """Give the originals at the top of ``module``, bare, with their twins."""
        for qualified, twin in self.names.items():
            home, _, name = qualified.rpartition(".")
            if home == module:
                yield name, twin
