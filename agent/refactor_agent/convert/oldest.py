"""The oldest Python that a project says it runs on."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache

from refactor_agent.tree import Tree

__all__ = ["oldest_python"]

_AT_LEAST = re.compile(r"(?:>=|~=|\^|==)\s*(\d+)\.(\d+)")
_IN_SETUP = re.compile(r"python_requires\s*=\s*[\"']?([^\"'\n]+)")


def oldest_python(tree: Tree) -> tuple[int, int] | None:
    """Give the lower bound of ``requires-python``, or of its older forms; `None` if none is told.

    Source: https://packaging.python.org/en/latest/specifications/core-metadata/#requires-python
    """
    if tree.exists("pyproject.toml"):
        found = _in_pyproject(tree.read("pyproject.toml"))
        if found is not None:
            return found
    for file in ("setup.cfg", "setup.py"):
        text = tree.read(file).decode("utf-8", "replace") if tree.exists(file) else ""
        stated = _IN_SETUP.search(text)
        if stated is not None:
            return _bound(stated[1])
    return None


@lru_cache(maxsize=8)
def _in_pyproject(data: bytes) -> tuple[int, int] | None:
    try:
        settings: object = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return None
    match settings:
        case {"project": {"requires-python": str(stated)}}:
            return _bound(stated)
        case {"tool": {"poetry": {"dependencies": {"python": str(stated)}}}}:
            return _bound(stated)
    return None


def _bound(stated: str) -> tuple[int, int] | None:
    found = _AT_LEAST.search(stated)
    return None if found is None else (int(found[1]), int(found[2]))
