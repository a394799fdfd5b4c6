"""Look-ups by qualified name, each noted as something that was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from refactor_agent.locate.resolve.defined import ProjectClass, ProjectFunction, ProjectModule
from refactor_agent.locate.resolve.reads import Reads

__all__ = ["Definitions", "Packages", "Table"]

T = TypeVar("T")
Defined = TypeVar("Defined", ProjectFunction, ProjectClass)


class Table(Mapping[str, T]):
    """Things by qualified name; every look-up is noted."""

    def __init__(self, kind: str, reads: Reads, known: Mapping[str, T]) -> None:
        self._facts = reads.numbers(kind)
        self._reads = reads
        self.known = known
        """The same, for those whose look-ups nobody needs to know of."""

    def get(self, name: str, default: T | None = None, /) -> T | None:  # type: ignore[override]
        """Give what has this name, or ``default``."""
        self._reads.add(self._facts[name])
        return self.known.get(name, default)

    def __getitem__(self, name: str) -> T:
        found = self.get(name)
        if found is None:
            raise KeyError(name)
        return found

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


class Definitions(Mapping[str, Defined]):
    """What modules define by qualified name, taken from its module when first asked for."""

    def __init__(self, of: Callable[[ProjectModule], Iterable[Defined]]) -> None:
        self._of: Callable[[ProjectModule], Iterable[Defined]] = of
        self._modules: dict[str, ProjectModule] = {}
        self._found: dict[str, Defined] = {}

    def put(self, name: str, module: ProjectModule) -> None:
        """Enter a definition; of two of one name, the one in the innermost module counts."""
        other = self._modules.setdefault(name, module)
        if len(other.name) < len(module.name):
            self._modules[name] = module

    def module_of(self, name: str) -> ProjectModule:
        """Give the module that something is defined in."""
        return self._modules[name]

    def get(self, name: str, default: Defined | None = None, /) -> Defined | None:  # type: ignore[override]
        """Give what has this name, or ``default``."""
        found = self._found.get(name)
        if found is not None:
            return found
        module = self._modules.get(name)
        return default if module is None else self._take(name, module)

    def _take(self, name: str, module: ProjectModule) -> Defined:
        """Take over all definitions of a module."""
        for thing in self._of(module):
            if self._modules.get(thing.name) is module:
                self._found.setdefault(thing.name, thing)
        return self._found[name]

    def __getitem__(self, name: str) -> Defined:
        found = self.get(name)
        if found is None:
            raise KeyError(name)
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._modules

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


class Packages:
    """Names of modules and all their parents; every look-up is noted."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._facts = reads.numbers("package")
        self._names: set[str] = set()

    def add(self, module: str) -> None:
        """Enter a module and the packages around it."""
        parts = module.split(".")
        self._names.update(".".join(parts[:end]) for end in range(1, len(parts) + 1))

    def __contains__(self, name: object) -> bool:
        if isinstance(name, str):
            self._reads.add(self._facts[name])
        return name in self._names
