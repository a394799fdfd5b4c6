"""How long a project lets its lines be."""

from __future__ import annotations

import tomllib
from functools import lru_cache

from refactor_agent.tree import Tree

__all__ = ["configured_width"]

_DEFAULT = 88
"""Of Ruff's formatter and of Black, whose settings may leave it out."""


def configured_width(tree: Tree) -> int | None:
    """Give the line length that the project's formatter is told, in characters.

    `None` where no formatter's settings are found: the file itself must show it then.
    """
    for file, within in (("ruff.toml", False), (".ruff.toml", False), ("pyproject.toml", True)):
        if tree.exists(file):
            found = _read(tree.read(file), within=within)
            if found is not None:
                return found
    return None


@lru_cache(maxsize=8)
def _read(data: bytes, *, within: bool) -> int | None:
    try:
        settings: object = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return None
    if not within:
        return _length(settings)
    match settings:
        case {"tool": {"ruff": table}} | {"tool": {"black": table}}:
            return _length(table)
    return None


def _length(settings: object) -> int | None:
    """Read one table of settings; a shared file that it extends may say otherwise."""
    if not isinstance(settings, dict):
        return None
    found = settings.get("line-length")
    if found is None and "extend" in settings:
        return None
    return found if isinstance(found, int) else _DEFAULT
