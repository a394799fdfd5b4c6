"""Summaries of the installed libraries, each made when it is first needed and then kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from refactor_agent.locate.cache import SummaryCache
from refactor_agent.locate.deep.analyse import analyse
from refactor_agent.locate.deep.installed import Distribution, Installed
from refactor_agent.locate.deep.library_rules import LibraryRules
from refactor_agent.locate.deep.summary import (
    LIBRARY_VERSION,
    LibrarySummary,
    from_bytes,
    to_bytes,
)
from refactor_agent.locate.deep_stack import on_deep_stack
from refactor_agent.locate.resolve.index import ProjectModule
from refactor_agent.locate.resolve.memo import TooMuchWorkError
from refactor_agent.locate.scan import Source, scan_sources
from refactor_agent.locate.summary import SUMMARY_VERSION
from refactor_agent.locate.summary_bytes import from_bytes as file_summary
from refactor_agent.locate.test_code import is_test_file
from refactor_agent.rulebook import RuleBook
from refactor_agent.tree import sha256

__all__ = ["Libraries", "Loaded"]

_MOST_FILES = 6_000
"""Python files; a larger distribution would take minutes."""


class Loaded(NamedTuple):
    """What has been done for a scan."""

    made: int = 0
    kept: int = 0
    too_large: tuple[str, ...] = ()
    compiled: tuple[str, ...] = ()


class Libraries:
    """Answers for libraries by the name under which code imports them.

    A summary is kept in ``cache`` under everything it depends on: the distribution's name,
    version and record, the summaries of what it requires, the rules, and this tool's versions.
    """

    def __init__(
        self,
        installed: Installed,
        rules: RuleBook,
        cache: Path | None = None,
        on_library: Callable[[str], None] | None = None,
    ) -> None:
        """Take the environment and the rules to which libraries are followed.

        ``on_library`` is told the name of each distribution before it is summarised.
        """
        self._installed = installed
        self._rules = rules
        self._cache = SummaryCache(cache)
        self._on_library = on_library or (lambda _name: None)
        self._keys: dict[str, str] = {}
        self._known: dict[str, LibrarySummary | None] = {}
        self.loaded = Loaded()

    def prepare(self, packages: Iterable[str]) -> None:
        """Summarise the distributions behind these top-level packages."""
        for package in sorted(set(packages)):
            for distribution in self._installed.by_package.get(package, ()):
                self._summary(distribution)

    def of(self, name: str) -> list[LibrarySummary]:
        """Give the summaries in which a dotted name may be defined."""
        found = map(self._summary, self._installed.providers(name))
        return [summary for summary in found if summary is not None]

    def _summary(self, distribution: Distribution) -> LibrarySummary | None:
        name = distribution.name
        if name not in self._known:
            self._known[name] = None  # what it asks of itself while it is made is answered by it
            self._known[name] = self._load(distribution)
        return self._known[name]

    def _load(self, distribution: Distribution) -> LibrarySummary | None:
        if distribution.is_compiled:
            self.loaded = self.loaded._replace(compiled=(*self.loaded.compiled, distribution.name))
        if len(distribution.modules) > _MOST_FILES:
            self.loaded = self.loaded._replace(
                too_large=(*self.loaded.too_large, distribution.name)
            )
            return None
        key = self._key(distribution)
        data = self._cache.read(key)
        if data is None:
            summary = self._make(distribution)
            self._cache.write(key, b"" if summary is None else to_bytes(summary))
            self.loaded = self.loaded._replace(made=self.loaded.made + 1)
        else:
            summary = from_bytes(data) if data else None
            self.loaded = self.loaded._replace(kept=self.loaded.kept + 1)
        if summary is None:
            self.loaded = self.loaded._replace(
                too_large=(*self.loaded.too_large, distribution.name)
            )
        return summary

    def _make(self, distribution: Distribution) -> LibrarySummary | None:
        needed = self._installed.needed_by(distribution)
        for other in needed:
            self._summary(other)
        self._on_library(distribution.name)
        sources = _sources(distribution)
        modules = list(_modules(sources))
        paths = {source.file: Path(source.path) for source in sources}
        visible = {other.name for other in needed}
        rules = LibraryRules(self._rules, lambda name: self._visible(name, visible))
        try:
            return on_deep_stack(
                lambda: analyse(modules, rules, rules.cause, lambda file: paths[file].read_bytes())
            )
        except TooMuchWorkError:
            return None

    def _visible(self, name: str, visible: set[str]) -> list[LibrarySummary]:
        providers = self._installed.providers(name)
        found = (self._summary(item) for item in providers if item.name in visible)
        return [summary for summary in found if summary is not None]

    def _key(self, distribution: Distribution) -> str:
        known = self._keys.get(distribution.name)
        if known is None:
            inner = " ".join(map(self._key, self._installed.needed_by(distribution)))
            python = ".".join(map(str, self._installed.python))
            versions = f"{LIBRARY_VERSION} {SUMMARY_VERSION} {python} {self._rules.fingerprint}"
            known = sha256(f"library {versions} {distribution.identity} {inner}".encode())
            self._keys[distribution.name] = known
        return known


def _sources(distribution: Distribution) -> list[Source]:
    found = [
        Source(file=_file(name, path), module=name, path=str(path))
        for name, path in distribution.modules.items()
    ]
    return [source for source in found if not is_test_file(source.file)]


def _modules(sources: list[Source]) -> Iterable[ProjectModule]:
    for scanned in scan_sources(sources):
        if not scanned.reason:
            yield ProjectModule.of(scanned.file, file_summary(scanned.summary), is_test=False)


def _file(module: str, path: Path) -> str:
    """Give the path of a module from the directory it is installed in."""
    depth = module.count(".") + (2 if path.name == "__init__.py" else 1)
    return "/".join(path.parts[-depth:])
