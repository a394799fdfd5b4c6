"""A copy of the target, so that a run sees one state from start to end."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from refactor_agent.errors import UsageError
from refactor_agent.project.discover import is_foreign_directory

__all__ = ["take_snapshot"]

_KEPT_HIDDEN = frozenset({".config", ".github", ".coveragerc", ".env.example"})


def take_snapshot(root: Path, destination: Path) -> None:
    """Copy the target to ``destination``, which must not exist yet.

    Left out: version control, virtual environments, caches, and what is neither file, directory
    nor link. A link leads to the same place as before, or to its copy when that is in the target.
    The copy appears whole or not at all. Raises `UsageError` when something can't be copied.
    """
    partial = destination.with_name(destination.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        shutil.copytree(root, partial, symlinks=True, ignore=_left_out)
        _mend_links(root, partial)
    except shutil.Error as error:
        first = error.args[0][0]
        raise UsageError(f"can't copy {first[0]}: {first[2]}") from error
    except OSError as error:
        raise UsageError(f"can't copy {root}: {error}") from error
    partial.rename(destination)


def _mend_links(root: Path, copy: Path) -> None:
    """Make links inside the target relative, and links out of it absolute."""
    for directory, subdirectories, names in os.walk(copy):
        for name in (*subdirectories, *names):
            path = Path(directory, name)
            if path.is_symlink():
                _mend_link(root, root / path.relative_to(copy), path)


def _mend_link(root: Path, original: Path, path: Path) -> None:
    target = path.readlink()
    place = Path(os.path.normpath(original.parent / target))
    if place.is_relative_to(root) != target.is_absolute():
        return
    path.unlink()
    path.symlink_to(os.path.relpath(place, original.parent) if target.is_absolute() else place)


def _left_out(directory: str, names: list[str]) -> set[str]:
    return {name for name in names if _is_left_out(directory, name)}


def _is_left_out(directory: str, name: str) -> bool:
    path = os.path.join(directory, name)  # noqa: PTH118
    mode = os.lstat(path).st_mode
    if stat.S_ISDIR(mode):
        return name not in _KEPT_HIDDEN and is_foreign_directory(directory, name)
    return not (stat.S_ISREG(mode) or stat.S_ISLNK(mode))
