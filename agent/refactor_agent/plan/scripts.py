"""Functions that installed commands and plug-in systems call by name."""

from __future__ import annotations

from collections.abc import Iterator

from refactor_agent.edit import read_pyproject
from refactor_agent.tree import Tree

__all__ = ["script_functions"]


def script_functions(tree: Tree) -> frozenset[str]:
    """Give the qualified names that the project declares as entry points."""
    return frozenset(target.replace(":", ".") for target in _targets(read_pyproject(tree)))


def _targets(data: dict[str, object]) -> Iterator[str]:
    tables: list[object] = []
    match data:
        case {"project": {**project}}:
            tables = [project.get("scripts"), project.get("gui-scripts")]
            points = project.get("entry-points")
            tables.extend(points.values() if isinstance(points, dict) else ())
    match data:
        case {"tool": {"poetry": {"scripts": {**scripts}}}}:
            tables.append(scripts)
    for table in tables:
        if isinstance(table, dict):
            yield from (value for value in table.values() if isinstance(value, str))
