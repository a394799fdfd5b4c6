"""The distributions installed beside an interpreter, and what they say of themselves."""

from __future__ import annotations

import json
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from importlib.metadata import Distribution as Metadata
from pathlib import Path, PurePosixPath

from refactor_agent.errors import UsageError
from refactor_agent.project import Interpreter
from refactor_agent.tree import sha256

__all__ = ["Distribution", "Installed", "installed_beside"]

_PATHS = "import json, sys; print(json.dumps([path for path in sys.path if path]))"
_SECONDS_TO_ANSWER = 30
_COMPILED = (".so", ".pyd", ".dll", ".dylib")
_SEPARATORS = re.compile(r"[-_.]+")
_REQUIRED = re.compile(r"[A-Za-z0-9._-]+")


class Distribution:
    """One installed distribution, by its ``.dist-info`` directory."""

    def __init__(self, info: Path) -> None:
        self._info = info
        name, _, version = info.name.removesuffix(".dist-info").rpartition("-")
        self.name = _normal(name)
        self.version = version

    @cached_property
    def identity(self) -> str:
        """Name, version and a hash of the record of its files: changes when its code does."""
        return f"{self.name} {self.version} {sha256(self._record.encode())}"

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Its files, posix paths relative to the directory it is installed in."""
        paths = (line.rsplit(",", 2)[0].strip('"') for line in self._record.splitlines())
        return tuple(path for path in paths if path and not path.startswith(("..", "/")))

    @cached_property
    def modules(self) -> dict[str, Path]:
        """Dotted names of its Python modules and where they lie."""
        found: dict[str, Path] = {}
        for file in self.files:
            name = _module(file)
            if name is not None:
                found.setdefault(name, self._info.parent / file)
        return found

    @cached_property
    def packages(self) -> frozenset[str]:
        """The top-level names under which it can be imported."""
        tops = (file.partition("/")[0] for file in self.files if file.endswith((".py", *_COMPILED)))
        names = (top.partition(".")[0] for top in tops)
        return frozenset(name for name in names if name.isidentifier())

    @property
    def is_compiled(self) -> bool:
        """Say whether part of it is machine code, which no reading of source sees."""
        return any(file.endswith(_COMPILED) for file in self.files)

    @cached_property
    def requires(self) -> tuple[str, ...]:
        """Names of the distributions it always needs, extras apart."""
        stated = Metadata.at(self._info).requires or ()
        needed = (text for text in stated if "extra ==" not in text.partition(";")[2])
        names = (match[0] for text in needed if (match := _REQUIRED.match(text)))
        return tuple(dict.fromkeys(map(_normal, names)))

    @cached_property
    def _record(self) -> str:
        try:
            return (self._info / "RECORD").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""  # an installer that keeps no record: there is nothing to go by


class Installed:
    """All distributions of one environment."""

    def __init__(self, directories: Iterable[Path], python: tuple[int, int]) -> None:
        self.python = python
        self.directories = tuple(directories)
        self.by_name: dict[str, Distribution] = {}
        for directory in self.directories:
            for info in sorted(directory.glob("*.dist-info")):
                distribution = Distribution(info)
                self.by_name.setdefault(distribution.name, distribution)

    @cached_property
    def by_package(self) -> dict[str, list[Distribution]]:
        """Top-level package to the distributions that put modules into it."""
        found: dict[str, list[Distribution]] = defaultdict(list)
        for distribution in self.by_name.values():
            for package in distribution.packages:
                found[package].append(distribution)
        return found

    def providers(self, name: str) -> list[Distribution]:
        """Give the distributions that a dotted name may come from: several share a namespace."""
        candidates = self.by_package.get(name.partition(".")[0], [])
        if len(candidates) < 2:
            return candidates
        while name:
            fitting = [item for item in candidates if name in item.modules]
            if fitting:
                return fitting
            name = name.rpartition(".")[0]
        return []

    def needed_by(self, distribution: Distribution) -> list[Distribution]:
        """Give the installed distributions that ``distribution`` requires; circles are cut."""
        direct = (self.by_name.get(name) for name in distribution.requires)
        return [
            item
            for item in direct
            if item is not None and distribution.name not in self._closure(item)
        ]

    def _closure(self, distribution: Distribution) -> frozenset[str]:
        known = self._closures.get(distribution.name)
        if known is None:
            known = self._closures[distribution.name] = frozenset(self._reachable(distribution))
        return known

    @cached_property
    def _closures(self) -> dict[str, frozenset[str]]:
        return {}

    def _reachable(self, distribution: Distribution) -> Iterator[str]:
        waiting, seen = [distribution.name], set[str]()
        while waiting:
            name = waiting.pop()
            if name in seen or name not in self.by_name:
                continue
            seen.add(name)
            yield name
            waiting.extend(self.by_name[name].requires)


def installed_beside(interpreter: Interpreter) -> Installed:
    """List what ``interpreter`` can import; raises `UsageError` when it does not say."""
    command = [interpreter.path, "-I", "-c", _PATHS]
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=_SECONDS_TO_ANSWER)
    except (OSError, subprocess.SubprocessError) as error:
        raise UsageError(
            f"the Python at {interpreter.path} does not run; name another with --python"
        ) from error
    directories = (Path(path) for path in json.loads(done.stdout))
    return Installed(filter(Path.is_dir, directories), interpreter.version[:2])


def _normal(name: str) -> str:
    """Give the one form of a distribution's name."""
    return _SEPARATORS.sub("-", name).lower()


def _module(file: str) -> str | None:
    path = PurePosixPath(file)
    if path.suffix != ".py":
        return None
    parts = path.with_suffix("").parts
    if len(parts) > 1 and parts[-1] == "__init__":
        parts = parts[:-1]
    return ".".join(parts) if all(part.isidentifier() for part in parts) else None
