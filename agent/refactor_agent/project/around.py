"""Where the project lies that a single file belongs to."""

from __future__ import annotations

from pathlib import Path

from refactor_agent.project.discover import ROOT_MARKERS

__all__ = ["root_around"]


def root_around(file: Path) -> tuple[Path, str]:
    """Give the root for ``file``, an absolute path, and the part of it that is the project.

    The root is the nearest directory upwards with packaging files or a repository; then all of
    it is the project. Without one, it is what holds the file's outermost package, and the project
    is that package, or the file alone.
    """
    for directory in file.parents:
        if any((directory / name).exists() for name in (*ROOT_MARKERS, ".git")):
            return directory, ""
    top = file
    while (top.parent / "__init__.py").exists() and top.parent != top.parent.parent:
        top = top.parent
    return top.parent, top.name
