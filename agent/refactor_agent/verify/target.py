"""What the gate needs to know of the project whose tests it runs."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Literal

from refactor_agent.domain.plan import Flag
from refactor_agent.domain.values import Value
from refactor_agent.project import Interpreter, Project

__all__ = ["Target", "make_target"]


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
