"""Which definitions get a twin, and under which name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from refactor_agent.entry.definitions import Definitions
from refactor_agent.entry.twin.layout import Layout

__all__ = ["Twins"]


@dataclass
class Twins:
    """Qualified name of each function or class at the top of a module to its twin's bare name."""

    definitions: Definitions
    layout: Layout
    names: dict[str, str] = field(default_factory=dict)
    methods: Mapping[str, str] = field(default_factory=dict)
    """Methods of twins that are called otherwise than their originals'."""
    known: Mapping[str, str] = field(default_factory=dict)
    """What twins use and what has an async side already, with it."""

    only: frozenset[str] | None = None
    """Those of ``names`` that are written now; none: all. The others are written elsewhere."""

    def written_in(self, module: str) -> Iterator[tuple[str, str]]:
        """Give the originals at the top of ``module`` whose twins are written now, bare."""
        for name, twin in self.defined_in(module):
            if self.is_written(f"{module}.{name}"):
                yield name, twin

    def is_written(self, qualified: str) -> bool:
        """Say whether the twin of an original is written now."""
        return self.only is None or qualified in self.only

    def of(self, module: str, name: str) -> tuple[str, str] | None:
        """Give the home and the name of the twin of what ``name`` means in ``module``."""
        found = self.definitions.find(module, name)
        if found is None or found.qualified not in self.names:
            return None
        return self.layout.place(found.module), self.names[found.qualified]

    def of_written(self, module: str, name: str) -> tuple[str, str] | None:
        """Give what `of` does, for a twin that is written now."""
        found = self.definitions.find(module, name)
        wanted = found is not None and self.is_written(found.qualified)
        return self.of(module, name) if wanted else None

    def by_bare_name(self) -> Mapping[str, str]:
        """Give each twin's name with its original's, both bare, where they differ."""
        found = {twin: name.rpartition(".")[2] for name, twin in sorted(self.names.items())}
        return {**{new: old for old, new in self.methods.items()}, **found}

    def known_in(self, module: str) -> Iterator[tuple[str, str]]:
        """Give what of ``module`` has an async side already in the module of twins, both bare."""
        for qualified, aio in self.known.items():
            home, _, name = qualified.rpartition(".")
            place, _, twin = aio.rpartition(".")
            if home == module and place == self.layout.place(module):
                yield name, twin

    def defined_in(self, module: str) -> Iterator[tuple[str, str]]:
        """Give the originals at the top of ``module``, bare, with their twins."""
        for qualified, twin in self.names.items():
            home, _, name = qualified.rpartition(".")
            if home == module:
                yield name, twin
