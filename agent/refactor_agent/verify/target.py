"""What the gate needs to know of the project whose tests it runs."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Literal

from refactor_agent.domain.plan import Flag, Refusal
from refactor_agent.domain.values import Value
from refactor_agent.project import Interpreter, Project

__all__ = ["Command", "Target", "make_target", "parse_test_command"]

_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_SHELL = frozenset({"&&", "||", "|", ";", "&", ">", "<"})
_PYTHON = re.compile(r"python(3(\.\d+)?)?$")


class Command(Value):
    """A command, without a shell."""

    words: tuple[str, ...]
    environment: Mapping[str, str] = {}


class Target(Value):
    """A snapshot of a project and the way to run its tests."""

    snapshot: Path
    fingerprint: str
    """Hash of every file of the snapshot."""
    python: str
    version: tuple[int, int, int]
    source_roots: tuple[str, ...] = (".",)
    """Directories that go on the import path, relative to the snapshot."""
    modules: Mapping[str, str] = {}
    """File to the dotted name it is imported by."""
    test_command: str | None = None
    limit: float = 600.0
    """Seconds that one run of the suite may take."""
    flag: Flag | None = None
    """The rollout flag that changes stand behind: both of its paths are judged."""
    pass_environment: tuple[str, ...] = ()
    """Environment variables that tests get to see."""
    app: str | None = None
    """The ASGI application that is driven before and after a change, as ``module:name``."""
    load: Literal["fail", "report", "off"] = "fail"
    load_requests: tuple[str, ...] = ()


def make_target(project: Project, interpreter: Interpreter, test_command: str | None) -> Target:
    """Describe ``project``, whose root is the snapshot; ``test_command`` overrides its settings."""
    modules = {source.file: source.module for source in project.sources.files}
    return Target(
        snapshot=project.root,
        fingerprint=_fingerprint(project.root),
        python=interpreter.path,
        version=interpreter.version,
        source_roots=_source_roots(project, modules),
        modules=modules,
        test_command=test_command or project.config.test_command,
        limit=project.config.test_timeout,
        pass_environment=project.config.pass_environment,
        app=project.config.app,
        load=project.config.load,
        load_requests=project.config.load_requests,
    )


def parse_test_command(text: str | None, python: str) -> Command | Refusal:
    """Read a test command; ``python`` and ``pytest`` in front become the target's own.

    It must start pytest without a shell, because only pytest tells what happened to each test.
    """
    try:
        words = shlex.split(text or "python -m pytest")
    except ValueError as error:
        return Refusal(
            reason="test-command-unreadable", message=f"the test command {text!r}: {error}"
        )
    if _SHELL & set(words):
        return Refusal(
            reason="test-command-needs-shell",
            message=f"the test command {text!r} needs a shell; give one plain pytest command",
        )
    environment: dict[str, str] = {}
    while words and _ASSIGNMENT.match(words[0]):
        name, _, value = words.pop(0).partition("=")
        environment[name] = value
    if not any(PurePosixPath(word).name in {"pytest", "py.test"} for word in words):
        return Refusal(
            reason="test-command-without-pytest",
            message=f"the test command {text!r} does not name pytest; give one that does, "
            "such as `python -m pytest tests`",
        )
    return Command(words=_with_python(words, python), environment=environment)


def _with_python(words: list[str], python: str) -> tuple[str, ...]:
    first = words[0]
    if _PYTHON.fullmatch(first):
        return (python, *words[1:])
    if first in {"pytest", "py.test"}:
        return (python, "-m", "pytest", *words[1:])
    return tuple(words)


def _source_roots(project: Project, modules: Mapping[str, str]) -> tuple[str, ...]:
    """Configured ones first, then where the modules' names say they start, ``src`` before ``.``."""
    derived = {_root_of(file, module) for file, module in modules.items()}
    ordered = sorted(derived, key=lambda root: (PurePosixPath(root).name != "src", root))
    return tuple(dict.fromkeys((*project.config.source_roots, *ordered, ".")))


def _root_of(file: str, module: str) -> str:
    path = PurePosixPath(file)
    levels = module.count(".") + (path.name == "__init__.py" and module != "__init__")
    return str(path.parents[min(levels, len(path.parents) - 1)])


def _fingerprint(root: Path) -> str:
    total = hashlib.sha256()
    for directory, subdirectories, names in os.walk(root):
        subdirectories.sort()
        for name in sorted(names):
            path = Path(directory, name)
            total.update(f"{path.relative_to(root).as_posix()}\0".encode(errors="surrogateescape"))
            if path.is_symlink():
                total.update(os.fsencode(path.readlink()))
            elif path.is_file():
                with path.open("rb") as file:
                    total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()
