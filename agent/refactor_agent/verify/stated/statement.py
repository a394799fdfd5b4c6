"""What a file says of how tests are run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

__all__ = [
    "UNKNOWN",
    "Statement",
    "Unread",
    "below_root",
    "root_from",
    "unknown",
    "without_reserved",
]

UNKNOWN = "\0"
"""Stands around what only tox or nox knows, in a word of a command."""

_RESERVED = frozenset(
    {"PATH", "PYTHONPATH", "HOME", "TMPDIR", "VIRTUAL_ENV", "PYTHONHASHSEED",
     "PYTHONDONTWRITEBYTECODE", "PYTEST_ADDOPTS"}
)  # fmt: skip
"""Variables by which copies are told apart and watched: a project's own values would undo it."""


class Statement(NamedTuple):
    """A list of commands as they are written, and where."""

    source: str
    """The file, and the part of it."""
    commands: tuple[tuple[str, ...], ...]
    environment: Mapping[str, str] = {}
    directory: str = ""
    """Below the project's root."""


class Unread(NamedTuple):
    """Something that states how tests are run, in a way that can't be read."""

    source: str
    why: str


def unknown(text: str) -> str:
    """Give ``text`` as a value that is not known."""
    return f"{UNKNOWN}{text}{UNKNOWN}"


def below_root(directory: str) -> str:
    """Give where commands run, from the root; where tox puts its own files, that is the root."""
    if UNKNOWN in directory or directory in {"", "."}:
        return ""
    return directory.removeprefix("./").rstrip("/")


def root_from(directory: str) -> str:
    """Give the root as seen from a directory below it."""
    return "/".join(".." for _ in PurePosixPath(directory).parts) or "."


def without_reserved(variables: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Give the variables that a command may set."""
    return {
        name: value
        for name, value in variables
        if name not in _RESERVED and UNKNOWN not in value and not name.startswith("COV")
    }
