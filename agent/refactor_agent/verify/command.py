"""How a target's tests are run: a command that is given, or those that are found by looking."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from refactor_agent.domain.plan import Refusal
from refactor_agent.domain.values import Value

__all__ = ["Command", "found_commands", "parse_test_command"]

_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_SHELL = frozenset({"&&", "||", "|", ";", "&", ">", "<"})
_PYTHON = re.compile(r"python(3(\.\d+)?)?$")
_PYTEST = frozenset({"pytest", "py.test"})
_UNITTEST = "refactor_agent_probe.unittests"
_DJANGO = "refactor_agent_probe.django_runner.Runner"
_PYTEST_SETTINGS = {
    "pytest.ini": b"", ".pytest.ini": b"", "pytest.toml": b"", ".pytest.toml": b"",
    "pyproject.toml": b"[tool.pytest",
    "setup.cfg": b"[tool:pytest]", "tox.ini": b"[pytest]",
}  # fmt: skip
"""Files that say a project is tested by pytest, and what they have in them then."""


class Command(Value):
    """A command, without a shell."""

    words: tuple[str, ...]
    environment: Mapping[str, str] = {}
    directory: str = ""
    """Where it runs, below the project's root."""


def parse_test_command(text: str | None, python: str) -> Command | Refusal:
    """Read a test command; ``python`` and ``pytest`` in front become the target's own.

    It must start pytest, unittest or Django's runner without a shell, because only of these is
    known what happened to each test. ``cd``, as in ``cd backend && …``, is the one thing of a
    shell that is understood.
    """
    try:
        words = shlex.split(text or "python -m pytest")
    except ValueError as error:
        return Refusal(
            reason="test-command-unreadable", message=f"the test command {text!r}: {error}"
        )
    directory = ""
    if words[:1] == ["cd"] and words[2:3] == ["&&"]:
        directory, words = words[1], words[3:]
    if _SHELL & set(words):
        return Refusal(
            reason="test-command-needs-shell",
            message=f"the test command {text!r} needs a shell; give one plain pytest command",
        )
    environment: dict[str, str] = {}
    while words and _ASSIGNMENT.match(words[0]):
        name, _, value = words.pop(0).partition("=")
        environment[name] = value
    watched = _watched(_with_python(words, python))
    if watched is None:
        return Refusal(
            reason="test-command-without-pytest",
            message=f"the test command {text!r} names neither pytest nor unittest nor "
            "`manage.py test`; give one that does, such as `python -m pytest tests`",
        )
    return Command(words=tuple(watched), environment=environment, directory=directory)


def found_commands(snapshot: Path, python: str) -> tuple[Command, ...]:
    """Give the commands that may run the tests of a project that names none, likeliest first.

    pytest, where nothing speaks against it; Django's runner, where there is a ``manage.py``; and
    unittest's discovery. The next is for when the one before can't run a single test.
    """
    pytest = Command(words=(python, "-m", "pytest"))
    django = [_django(manage, snapshot, python) for manage in _manage_files(snapshot)]
    others = [*django, *_discoveries(snapshot, python)]
    if django and not _has_pytest_settings(snapshot):
        return (*django, pytest, *others[len(django) :])
    return (pytest, *others)


def _watched(words: list[str]) -> list[str] | None:
    """Put the probe into the command; ``None`` when it starts no runner that is known."""
    names = [PurePosixPath(word).name for word in words]
    if _PYTEST & set(names):
        return words
    for place, name in enumerate(names):
        if name == "unittest" and words[place - 1] == "-m":
            return [*words[:place], _UNITTEST, *words[place + 1 :]]
        if name in {"manage.py", "django-admin"} and "test" in words[place + 1 :]:
            return [*words, "--testrunner", _DJANGO]
    return None


def _with_python(words: list[str], python: str) -> list[str]:
    first = words[0] if words else ""
    if _PYTHON.fullmatch(first):
        return [python, *words[1:]]
    if first in _PYTEST:
        return [python, "-m", "pytest", *words[1:]]
    if PurePosixPath(first).name == "manage.py":
        return [python, *words]
    return list(words)


def _manage_files(snapshot: Path) -> list[Path]:
    """The project's ``manage.py``: at its root, or one directory down."""
    found = sorted(snapshot.glob("manage.py")) + sorted(snapshot.glob("*/manage.py"))
    return [path for path in found if b"django" in path.read_bytes()]


def _django(manage: Path, snapshot: Path, python: str) -> Command:
    directory = manage.parent.relative_to(snapshot).as_posix()
    words = (python, "manage.py", "test", "--testrunner", _DJANGO)
    return Command(words=words, directory="" if directory == "." else directory)


def _discoveries(snapshot: Path, python: str) -> Iterator[Command]:
    """From the root, where its tests lie in packages; else from the directory that holds them."""
    discover = (python, "-m", _UNITTEST, "discover")
    yield Command(words=discover)
    for name in ("tests", "test"):
        if (snapshot / name).is_dir() and not (snapshot / name / "__init__.py").exists():
            yield Command(words=(*discover, "-s", name))


def _has_pytest_settings(snapshot: Path) -> bool:
    return any(
        (snapshot / name).is_file() and mark in (snapshot / name).read_bytes()
        for name, mark in _PYTEST_SETTINGS.items()
    )
