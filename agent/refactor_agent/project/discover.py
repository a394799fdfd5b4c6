"""The target's Python files and the names they are imported by."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from refactor_agent.domain.region import Skipped
from refactor_agent.project.config import Config

__all__ = ["SourceFile", "Sources", "discover", "is_foreign_directory"]

_FOREIGN = frozenset({"__pycache__", "node_modules", "site-packages", "__pypackages__"})
_ROOT_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One Python file of the target."""

    file: str
    """Posix path relative to the project's root."""
    module: str
    """The dotted name it is imported by."""
    path: Path


@dataclass(frozen=True, slots=True)
class Sources:
    """What `discover` found."""

    files: tuple[SourceFile, ...]
    skipped: tuple[Skipped, ...]


def is_foreign_directory(directory: str, name: str) -> bool:
    """Say whether ``directory/name`` holds nothing of the project's own.

    Hidden directories, caches, installed packages and virtual environments.
    """
    if name.startswith(".") or name in _FOREIGN or name.endswith(".egg-info"):
        return True
    return os.path.exists(os.path.join(directory, name, "pyvenv.cfg"))  # noqa: PTH110, PTH118


def discover(root: Path, config: Config) -> Sources:
    """List the Python files under ``root``, sorted; symbolic links are not followed."""
    names = _Namer(root, config)
    files: list[SourceFile] = []
    skipped: list[Skipped] = []
    for file in _walk(root):
        if any(fnmatch(file, pattern) for pattern in config.exclude):
            continue
        path = root / file
        if file.endswith(".ipynb"):
            skipped.append(Skipped(file=file, reason="a notebook: convert it to a module first"))
        elif path.is_symlink():
            skipped.append(Skipped(file=file, reason="a symbolic link: its target is looked at"))
        else:
            files.append(SourceFile(file, names.module(file), path))
    return Sources(tuple(files), tuple(skipped))


def _walk(root: Path) -> Iterator[str]:
    for directory, subdirectories, names in os.walk(root):
        subdirectories[:] = sorted(
            name for name in subdirectories if not is_foreign_directory(directory, name)
        )
        base = PurePosixPath(Path(directory).relative_to(root).as_posix())
        for name in sorted(names):
            if name.endswith((".py", ".ipynb")):
                yield str(base / name)


class _Namer:
    """Turns paths into module names; remembers what it learnt about directories."""

    def __init__(self, root: Path, config: Config) -> None:
        self._root = root
        self._roots = {PurePosixPath(name) for name in (*config.source_roots, ".", "src")}
        self._is_root: dict[PurePosixPath, bool] = {}

    def module(self, file: str) -> str:
        path = PurePosixPath(file)
        base = next(parent for parent in path.parents if self._is_source_root(parent))
        parts = list(path.relative_to(base).with_suffix("").parts)
        if parts[-1] == "__init__" and len(parts) > 1:
            parts.pop()
        return ".".join(parts)

    def _is_source_root(self, directory: PurePosixPath) -> bool:
        known = self._is_root.get(directory)
        if known is None:
            known = self._is_root[directory] = self._look(directory)
        return known

    def _look(self, directory: PurePosixPath) -> bool:
        """A package is no root; ``src``, and a directory with its own packaging files, is one."""
        if directory == PurePosixPath("."):
            return True
        here = self._root / directory
        if (here / "__init__.py").exists():
            return False
        if directory in self._roots or directory.name == "src":
            return True
        return any((here / marker).exists() for marker in _ROOT_MARKERS)
