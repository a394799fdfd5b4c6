"""The target: its files, configuration, interpreter and version control."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from refactor_agent.errors import UsageError
from refactor_agent.project.config import Config, load_config
from refactor_agent.project.discover import SourceFile, Sources, discover
from refactor_agent.project.interpreter import Interpreter, find_interpreter
from refactor_agent.project.snapshot import take_snapshot
from refactor_agent.project.vcs import Revision, dirty_files, git, revision

__all__ = [
    "Config",
    "Interpreter",
    "Project",
    "Revision",
    "SourceFile",
    "Sources",
    "dirty_files",
    "find_interpreter",
    "git",
    "open_project",
    "revision",
    "take_snapshot",
]


class Project:
    """A directory with Python code, and its settings."""

    def __init__(self, root: Path, config: Config) -> None:
        self.root = root
        self.config = config

    @cached_property
    def sources(self) -> Sources:
        """Its Python files and what was skipped, listed once."""
        return discover(self.root, self.config)


def open_project(path: Path) -> Project:
    """Open the project at ``path``.

    Raises `UsageError` when that is no directory, can't be read, or is configured wrongly.
    """
    if not path.exists():
        raise UsageError(f"{path} does not exist; give the directory of a Python project")
    if not path.is_dir():
        raise UsageError(f"{path} is not a directory; give the directory of a Python project")
    root = path.resolve()
    try:
        str(root).encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"the path {str(root)!r} is not UTF-8; rename it") from error
    return Project(root, load_config(root))
