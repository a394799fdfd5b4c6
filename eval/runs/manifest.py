"""Cases as TOML files, and one line for what is wrong in one."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from refactor_agent.domain.values import Value

__all__ = ["read_manifest", "read_toml", "validated"]

_Kind = TypeVar("_Kind", bound=Value)


def read_manifest(kind: type[_Kind], path: Path, **given: object) -> _Kind:
    """Read a file that says all of a case but what is ``given``; raises `ValueError`."""
    return validated(kind, path, {**given, **read_toml(path)})


def read_toml(path: Path) -> dict[str, object]:
    """Read a TOML file; raises `ValueError` that names it."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path}: {error}") from error


def validated(kind: type[_Kind], path: Path, data: object) -> _Kind:
    """Make a value of what ``path`` holds; raises `ValueError` that says where it does not fit."""
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{path}: {place}: {first['msg']}") from error
