"""Where a type server says a class is defined, as a value that calls are resolved by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from refactor_agent.locate.naming import bare_name
from refactor_agent.locate.resolve.classes import find_methods
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.values import Instance, Values
from refactor_agent.locate.rules_port import Rules
from refactor_agent.locate.types.server import Location

__all__ = ["Answers"]

_CLASS = re.compile(r"\s*class\s+(\w+)")
_BUNDLED = re.compile(r"typeshed|bundled|stubs")


class Answers:
    """Turns places of class statements into objects of these classes."""

    def __init__(
        self, evaluator: Evaluator, rules: Rules, paths: dict[Path, str], roots: Sequence[Path]
    ) -> None:
        """Take the project's files by path, and the directories that libraries lie in."""
        self._evaluator = evaluator
        self._rules = rules
        self._paths = paths
        self._roots = sorted(roots, key=lambda root: len(root.parts), reverse=True)

    def values(self, locations: Sequence[Location], method: str) -> Values:
        """Give an object of each class that has something to say of ``method``."""
        found = (self._instance(location, method) for location in locations)
        return tuple(dict.fromkeys(value for value in found if value is not None))

    def _instance(self, location: Location, method: str) -> Instance | None:
        name = _class_at(location)
        if name is None:
            return None
        if location.path in self._paths:
            return self._own(self._paths[location.path], name, location.line + 1, method)
        module = self._module(location.path)
        for candidate in _names(module, name) if module else ():
            if self._rules.blocking(f"{candidate}.{method}") is not None:
                return Instance(candidate)
        return None

    def _own(self, file: str, name: str, line: int, method: str) -> Instance | None:
        for cls in self._by_file.get(file, ()):
            defined = self._evaluator.index.classes[cls]
            start, _, end, _ = defined.facts.span
            is_meant = bare_name(cls) == name and start <= line <= end
            if is_meant and find_methods(self._evaluator, defined, method):
                return Instance(cls)
        return None

    @cached_property
    def _by_file(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for cls in self._evaluator.index.classes.values():
            found.setdefault(cls.module.file, []).append(cls.name)
        return found

    def _module(self, path: Path) -> str | None:
        inside = next((root for root in self._roots if path.is_relative_to(root)), None)
        parts = path.relative_to(inside).parts if inside is not None else _bundled(path)
        names = [*parts[:-1], path.name.partition(".")[0]]
        if names[-1] == "__init__":
            names.pop()
        return ".".join(names) if names and all(name.isidentifier() for name in names) else None


def _bundled(path: Path) -> tuple[str, ...]:
    """Give the parts of a path below the directory in which the server keeps its own stubs."""
    parts = path.parts
    marks = [number for number, part in enumerate(parts) if _BUNDLED.search(part)]
    below = parts[marks[-1] + 1 :] if marks else ()
    if below and below[0] == "stdlib":
        return below[1:]
    return below


def _class_at(location: Location) -> str | None:
    """Give the name of the class whose statement is there; a variable's own place says nothing."""
    try:
        lines = location.path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    match = _CLASS.match(lines[location.line]) if location.line < len(lines) else None
    return match[1] if match else None


def _names(module: str, name: str) -> Iterator[str]:
    """Give the names under which a class may be known: packages export what modules define."""
    while module:
        yield f"{module}.{name}"
        module = module.rpartition(".")[0]
