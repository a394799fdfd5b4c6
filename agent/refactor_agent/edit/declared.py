"""What the target says it depends on."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from refactor_agent.edit.requirement import normalized, requirement_name
from refactor_agent.tree import Tree

__all__ = ["REQUIREMENT_FILES", "declared_distributions", "read_pyproject", "read_toml"]

REQUIREMENT_FILES = ("requirements.txt", "requirements.in", "requirements/base.txt",
                     "requirements/main.txt", "requirements/prod.txt")  # fmt: skip


def declared_distributions(tree: Tree) -> frozenset[str]:
    """Give the normalised names of what the target needs at run time.

    From ``[project]``, Poetry's table and requirements files; development groups and optional
    extras do not count, because code may not rely on them.
    """
    return frozenset({*_from_pyproject(read_pyproject(tree)), *_from_requirements(tree)})


def read_pyproject(tree: Tree) -> dict[str, object]:
    """Parse ``pyproject.toml``; empty where there is none or it is not TOML."""
    return read_toml(tree, "pyproject.toml")


def read_toml(tree: Tree, file: str) -> dict[str, object]:
    """Parse ``file``; empty where there is none or it is not TOML."""
    if not tree.exists(file):
        return {}
    try:
        return tomllib.loads(tree.read(file).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}


def _from_pyproject(data: dict[str, object]) -> Iterator[str]:
    match data:
        case {"project": {"dependencies": [*requirements]}}:
            yield from filter(None, (requirement_name(str(item)) for item in requirements))
    match data:
        case {"tool": {"poetry": {"dependencies": {**table}}}}:
            yield from (normalized(str(name)) for name in table)


def _from_requirements(tree: Tree) -> Iterator[str]:
    for file in REQUIREMENT_FILES:
        if tree.exists(file):
            for line in tree.read(file).decode(errors="replace").splitlines():
                name = None if line.lstrip().startswith(("#", "-")) else requirement_name(line)
                if name is not None:
                    yield name
