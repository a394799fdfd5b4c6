"""What a scan looks at: a project, a file of one, or a file as an editor holds it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from refactor_agent.errors import UsageError
from refactor_agent.project import Project, open_project, open_project_around

__all__ = ["Target", "open_target"]


@dataclass(frozen=True, slots=True)
class Target:
    """A project, and what of it is to be shown."""

    project: Project
    file: str | None = None
    """Where it is given, only what is found in this file is shown."""
    changes: Mapping[str, bytes] = field(default_factory=dict)
    """Files that are not as they lie on the disk."""

    @property
    def paths(self) -> dict[str, Path]:
        """Where the files lie."""
        return {item.file: item.path for item in self.project.sources.files}


def open_target(path: Path | None, stdin_filename: Path | None) -> Target:
    """Open what is to be scanned; ``path`` is a directory, a file, or not given.

    With ``stdin_filename``, standard input stands in for that file. Raises `UsageError` when
    there is nothing to scan.
    """
    if stdin_filename is not None:
        return _from_stdin(path, stdin_filename)
    path = path or Path()
    if path.suffix in {".py", ".ipynb"} and not path.is_dir():
        if not path.exists():
            raise UsageError(f"{path} does not exist; give a Python file or a project's directory")
        project, file = open_project_around(path)
        if file not in {item.file for item in project.sources.files}:
            raise UsageError(f"{path} is not looked at: {_why_not(project, file)}")
        return Target(project, file)
    project = open_project(path)
    if not project.sources.files:
        raise UsageError(_nothing_in(path, project))
    return Target(project)


def _nothing_in(path: Path, project: Project) -> str:
    unlisted = {item.file: item.reason for item in project.sources.skipped}.get(".")
    if unlisted is not None:
        return f"{path} {unlisted}"
    return f"{path} holds no Python files; give the directory of a Python project"


def _from_stdin(path: Path | None, name: Path) -> Target:
    if path is None:
        project, file = open_project_around(name)
    else:
        project = open_project(path)
        if not name.resolve().is_relative_to(project.root):
            raise UsageError(f"{name} does not lie in {path}; give the directory of its project")
        file = name.resolve().relative_to(project.root).as_posix()
    return Target(project, file, {file: sys.stdin.buffer.read()})


def _why_not(project: Project, file: str) -> str:
    skipped = {item.file: item.reason for item in project.sources.skipped}
    return skipped.get(file, f"the settings of {project.root} exclude it, or it lies hidden")
