"""The target: its files, configuration, interpreter and version control."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from refactor_agent.errors import UsageError
from refactor_agent.project.around import root_around
from refactor_agent.project.config import Config, load_config
from refactor_agent.project.discover import SourceFile, Sources, discover
from refactor_agent.project.history import copy_revision
from refactor_agent.project.interpreter import Interpreter, find_interpreter
from refactor_agent.project.models import Amounts, ModelProfile
from refactor_agent.project.snapshot import take_snapshot
from refactor_agent.project.vcs import (
    Revision,
    dirty_files,
    git,
    prefix_in_repository,
    revision,
)

__all__ = [
    "Amounts",
    "Config",
    "Interpreter",
    "ModelProfile",
    "Project",
    "Revision",
    "SourceFile",
    "Sources",
    "copy_revision",
    "dirty_files",
    "find_interpreter",
    "git",
    "open_project",
    "open_project_around",
    "prefix_in_repository",
    "revision",
    "take_snapshot",
]


class Project:
    """A directory with Python code, and its settings."""

    def __init__(self, root: Path, config: Config, under: str = "") -> None:
        """Take its directory; ``under`` keeps to a file or a directory in it."""
        self.root = root
        self.config = config
        self._under = under

    @cached_property
    def sources(self) -> Sources:
        """Its Python files and what was skipped, listed once."""
        return discover(self.root, self.config, self._under)


def open_project(path: Path) -> Project:
    """Open the project at ``path``.

    Raises `UsageError` when that is no directory, can't be read, or is configured wrongly.
    """
    if not path.exists():
        raise UsageError(f"{path} does not exist; give the directory of a Python project")
    if not path.is_dir():
        raise UsageError(f"{path} is not a directory; give the directory of a Python project")
    root = _resolved(path)
    try:
        return Project(root, load_config(root))
    except PermissionError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}") from error


def open_project_around(path: Path) -> tuple[Project, str]:
    """Open the project that the Python file ``path`` belongs to; also gives the file's name in it.

    Raises `UsageError` when it is no Python file, or its project is configured wrongly.
    """
    if path.suffix == ".ipynb":
        raise UsageError(f"{path} is a notebook; convert it to a module first")
    if path.suffix != ".py":
        raise UsageError(f"{path} is no Python file; give one, or the directory of a project")
    file = _resolved(path)
    root, under = root_around(file)
    return Project(root, load_config(root), under), file.relative_to(root).as_posix()


def _resolved(path: Path) -> Path:
    resolved = path.resolve()
    try:
        str(resolved).encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"the path {str(resolved)!r} is not UTF-8; rename it") from error
    return resolved
