"""Finds the packages of a directory and the sources in them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from eval.locate.finding import Package

__all__ = ["find_packages", "source_line"]


def find_packages(directory: Path, files: dict[str, set[str]]) -> Iterator[Package]:
    """Give one package per directory in ``directory``.

    A package's root is its directory, or the one below it that holds all of its labelled
    ``files``: source distributions unpack into a directory of their own.
    """
    for path in sorted(directory.iterdir()):
        if path.is_dir():
            yield Package(path.name, str(_root(path, files.get(path.name, ()))))


def _root(path: Path, files: Collection[str]) -> Path:
    below = sorted(child for child in path.iterdir() if child.is_dir())
    if not files:
        return below[0] if len(below) == 1 and (below[0] / "pyproject.toml").exists() else path
    fitting = (root for root in (path, *below) if all((root / file).exists() for file in files))
    return next(fitting, path)


def source_line(package: Package, file: str, line: int) -> str:
    """Give a line of source, without the space around it."""
    lines = (Path(package.root) / file).read_text(encoding="utf-8", errors="replace").splitlines()
    return lines[line - 1].strip() if line <= len(lines) else ""
