"""The project's files, read and parsed when first asked for."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cached_property

from refactor_agent.project import Project

__all__ = ["Sources"]


class Sources:
    """The texts of a project's Python files, and their trees."""

    def __init__(self, project: Project) -> None:
        self._project = project

    @cached_property
    def texts(self) -> Mapping[str, bytes]:
        """The bytes of each file, by path."""
        return {source.file: source.path.read_bytes() for source in self._project.sources.files}

    @cached_property
    def trees(self) -> Mapping[str, ast.Module]:
        """The tree of each file, empty where it does not parse."""
        found = {}
        for file, data in self.texts.items():
            try:
                found[file] = ast.parse(data)
            except (SyntaxError, ValueError):
                found[file] = ast.Module([], [])
        return found
