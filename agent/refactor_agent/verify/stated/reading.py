"""Finds what a project states, and reads it."""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from refactor_agent.domain.plan import Refusal
from refactor_agent.verify.command import Command, parse_test_command
from refactor_agent.verify.stated.factors import speaks_of_tests
from refactor_agent.verify.stated.nox import read_nox
from refactor_agent.verify.stated.plain import NoTestsError, bare_command
from refactor_agent.verify.stated.statement import Statement, Unread
from refactor_agent.verify.stated.tox_ini import read_ini
from refactor_agent.verify.stated.tox_toml import read_toml

__all__ = ["Stated", "stated_command"]


class Stated(NamedTuple):
    """What was read, or one line that says why nothing was."""

    command: Command | None
    """The command; ``None`` where none is stated, or none that can be read."""
    source: str = ""
    """Where it stands."""
    unread: str = ""
    """What states how tests are run and can't be read; empty where something was read."""


def stated_command(root: Path, python: str) -> Stated:
    """Read tox's settings, then nox's; the first environment that plainly runs tests counts."""
    unread: list[str] = []
    for said in _said(root):
        try:
            return Stated(_command(said, root, python), said.source)
        except NoTestsError as error:
            environment = said.source.partition(", ")[2]
            if not environment or speaks_of_tests(environment):
                unread.append(f"{said.source}: {error}")
    return Stated(None, unread="".join(unread[:1]))


def _command(said: Statement | Unread, root: Path, python: str) -> Command:
    if isinstance(said, Unread):
        raise NoTestsError(said.why)
    words = bare_command(said.commands)
    place = PurePosixPath(said.directory)
    if place.is_absolute() or ".." in place.parts or not (root / place).is_dir():
        raise NoTestsError(f"it runs in {said.directory}, which is not in the project")
    parsed = parse_test_command(shlex.join(words), python)
    if isinstance(parsed, Refusal):
        raise NoTestsError(parsed.message)
    environment = {**said.environment, **parsed.environment}
    return parsed.model_copy(update={"directory": said.directory, "environment": environment})


def _said(root: Path) -> Iterator[Statement | Unread]:
    yield from _of_tox(root)
    text = _text(root / "noxfile.py")
    if text:
        yield from read_nox(text, "noxfile.py")


def _of_tox(root: Path) -> Iterator[Statement | Unread]:
    """Read what tox would: the first of these that has settings for it."""
    readings: tuple[Callable[[], Iterator[Statement | Unread]], ...] = (
        lambda: read_ini(_text(root / "tox.ini"), "tox.ini"),
        lambda: read_ini(_text(root / "setup.cfg"), "setup.cfg", "tox:tox"),
        lambda: _of_pyproject(root),
        lambda: read_toml(_toml(root / "tox.toml"), "tox.toml"),
    )
    for reading in readings:
        found = list(reading())
        if found:
            yield from found
            return


def _of_pyproject(root: Path) -> Iterator[Statement | Unread]:
    tool = _toml(root / "pyproject.toml").get("tool")
    table = tool.get("tox") if isinstance(tool, dict) else None
    if not isinstance(table, dict):
        return
    legacy = table.get("legacy_tox_ini")
    if isinstance(legacy, str):
        yield from read_ini(legacy, "pyproject.toml")
    else:
        yield from read_toml(table, "pyproject.toml")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") if path.is_file() else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError:
        return {}
