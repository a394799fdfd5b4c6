"""The target's Python files and the names they are imported by."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from refactor_agent.domain.region import Skipped
from refactor_agent.project.config import Config

__all__ = ["ROOT_MARKERS", "SourceFile", "Sources", "discover", "is_foreign_directory"]

_FOREIGN = frozenset({"__pycache__", "node_modules", "site-packages", "__pypackages__"})
_OF_AN_ENVIRONMENT = ("pyvenv.cfg", "conda-meta")
ROOT_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt")
"""Files that a project's own directory has."""


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

    Hidden directories, caches, installed packages, virtual environments and what setuptools
    builds: copies of the packages beside it.
    """
    if name.startswith(".") or name in _FOREIGN or name.endswith(".egg-info"):
        return True
    here = os.path.join(directory, name)  # noqa: PTH118 - asked for every directory
    if name == "build" and _holds_copies(directory, here):
        return True
    return any(os.path.exists(os.path.join(here, mark)) for mark in _OF_AN_ENVIRONMENT)  # noqa: PTH110, PTH118


def _holds_copies(directory: str, build: str) -> bool:
    """Say whether ``build/lib…`` holds what also lies beside ``build``, or in ``src`` there."""
    root = Path(directory)
    copied = (
        item.name for lib in Path(build).glob("lib*") if lib.is_dir() for item in lib.iterdir()
    )
    return any((root / name).exists() or (root / "src" / name).exists() for name in copied)


def discover(root: Path, config: Config, under: str = "") -> Sources:
    """List the Python files under ``root``, sorted; symbolic links are not followed.

    ``under`` keeps to a file or a directory, named from ``root``.
    """
    names = _Namer(root, config)
    files: list[SourceFile] = []
    skipped: list[Skipped] = []
    single = under and (root / under).is_file()
    for file, is_plain in [(under, False)] if single else _walk(root, under, skipped):
        if config.exclude and _is_excluded(file, config.exclude):
            continue
        reason = "" if is_plain else _why_not(root, file)
        if reason:
            skipped.append(Skipped(file=_printable(file), reason=reason))
        else:
            files.append(SourceFile(file, names.module(file), root / file))
    return Sources(
        tuple(sorted(files, key=lambda one: one.file)),
        tuple(sorted(skipped, key=lambda one: one.file)),
    )


def _walk(root: Path, under: str, skipped: list[Skipped]) -> Iterator[tuple[str, bool]]:
    """Give each file of interest, and whether it surely is a regular ``.py`` file."""
    waiting = [under]
    while waiting:
        directory = waiting.pop()
        try:
            with os.scandir(root / directory) as found:
                entries = list(found)
        except OSError as error:
            file = _printable(directory) or "."
            skipped.append(Skipped(file=file, reason=f"can't be listed: {error.strerror}"))
            continue
        prefix = f"{directory}/" if directory else ""
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if not is_foreign_directory(str(root / directory), entry.name):
                    waiting.append(prefix + entry.name)
            elif entry.name.endswith((".py", ".ipynb")) and not _leads_to_directory(entry):
                file = prefix + entry.name
                is_python = entry.name.endswith(".py") and file.isascii()
                yield file, is_python and entry.is_file(follow_symlinks=False)


def _leads_to_directory(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_symlink() and entry.is_dir()
    except OSError:  # a circle of links
        return False


def _is_excluded(file: str, patterns: Sequence[str]) -> bool:
    """Say whether a pattern fits the file or a directory it lies in."""
    places = (file, *map(str, PurePosixPath(file).parents))[:-1]
    return any(fnmatch(place, pattern.rstrip("/")) for pattern in patterns for place in places)


def _why_not(root: Path, file: str) -> str:
    """Say why a file is not looked at; empty when it is."""
    path = root / file
    if _printable(file) != file:
        return "its name is not UTF-8"
    if file.endswith(".ipynb"):
        return "a notebook: convert it to a module first"
    if path.is_symlink():
        if not path.exists():
            return "a symbolic link that leads nowhere"
        inside = path.resolve().is_relative_to(root)
        return "a symbolic link: " + ("its target is looked at" if inside else "it leads outside")
    return "" if path.is_file() else "not a regular file"


def _printable(file: str) -> str:
    """Give ``file`` as it is, or with the bytes that are not UTF-8 written out."""
    return os.fsencode(file).decode("utf-8", "backslashreplace")


def _packages_around(root: Path) -> tuple[str, ...]:
    """Give the packages that files right under ``root`` are imported from.

    There are some where the root is itself a package and no project: ``scan src/shop``.
    """
    names: list[str] = []
    is_project = any((root / mark).exists() for mark in (*ROOT_MARKERS, ".git"))
    while not is_project and (root / "__init__.py").exists() and root.name.isidentifier():
        names.insert(0, root.name)
        root = root.parent
    return tuple(names)


class _Namer:
    """Turns paths into module names; remembers what it learnt about directories."""

    def __init__(self, root: Path, config: Config) -> None:
        self._root = root
        self._roots = {PurePosixPath(name) for name in (*config.source_roots, ".", "src")}
        self._is_root: dict[PurePosixPath, bool] = {}
        self._around = _packages_around(root)
        self._prefixes: dict[str, str] = {}

    def module(self, file: str) -> str:
        directory, _, name = file.rpartition("/")
        prefix = self._prefixes.get(directory)
        if prefix is None:
            prefix = self._prefixes[directory] = self._prefix(directory)
        if name == "__init__.py" and prefix:
            return prefix[:-1]
        return prefix + name.removesuffix(".py")

    def _prefix(self, directory: str) -> str:
        """Give what stands before the names of the modules in ``directory``."""
        path = PurePosixPath(directory)
        base = next(parent for parent in (path, *path.parents) if self._is_source_root(parent))
        around = self._around if base == PurePosixPath(".") else ()
        return "".join(f"{part}." for part in (*around, *path.relative_to(base).parts))

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
        return any((here / marker).exists() for marker in ROOT_MARKERS)
