"""`scan` beyond the rules: into the code of installed libraries, and with a type server."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from refactor_agent.cli._scan_target import Target
from refactor_agent.domain.region import Located
from refactor_agent.locate import locate, shared_cache
from refactor_agent.locate.rules_port import Rules
from refactor_agent.project import find_interpreter
from refactor_agent.rulebook import RuleBook, load_rulebook

if TYPE_CHECKING:
    from refactor_agent.locate.deep import Installed, Libraries, Loaded
    from refactor_agent.locate.types import Environment

__all__ = ["Beyond", "located"]

_SECONDS_FOR_TYPES = 60.0
"""For all questions to the type server."""
_IMPORT = re.compile(rb"^[ \t]*(?:from|import)[ \t]+(\w+(?:[ \t]*,[ \t]*\w+)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Beyond:
    """What a scan asks besides the rules."""

    deep: bool = False
    """The code of the installed libraries."""
    python: str | None = None
    """The interpreter beside which they are installed, where it is not found by itself."""
    types: bool = False
    """A type server, about the receivers that stay unknown."""


def located(target: Target, rulebook: RuleBook, beyond: Beyond) -> Located:
    """Locate in the target's project with all that ``beyond`` asks for."""
    project, changes = target.project, target.changes
    if not beyond.deep and not beyond.types:
        return locate(project, rulebook, changes=changes, cache=shared_cache(), when_asked=True)
    from refactor_agent.locate.deep import LibraryRules, installed_beside, with_evidence
    from refactor_agent.locate.types import Environment

    interpreter = find_interpreter(project.root, project.config, beyond.python)
    typer.echo(f"libraries of {interpreter.path} ({interpreter.origin})", err=True)
    installed = installed_beside(interpreter)
    environment = Environment(interpreter.path, installed.directories)
    if not beyond.deep:
        return _with_types(target, rulebook, rulebook, environment)
    rules = LibraryRules(rulebook, _libraries(target, installed).of)
    if beyond.types:
        return with_evidence(_with_types(target, rules, rulebook, environment), rules)
    found = locate(project, rules, changes=changes, cache=shared_cache())
    return with_evidence(found, rules)


def _with_types(
    target: Target, rules: Rules, rulebook: RuleBook, environment: Environment
) -> Located:
    """Locate with a type server's answers, and say what was asked."""
    from refactor_agent.locate.types import locate_with_types

    start = time.monotonic()
    found, asked = locate_with_types(
        target.project,
        rules,
        rulebook.blocking_methods(),
        environment,
        _SECONDS_FOR_TYPES,
        changes=target.changes,
        cache=shared_cache(),
    )
    seconds = time.monotonic() - start
    typer.echo(
        f"{asked.questions} calls on unknown objects, {asked.answers} of these objects known to"
        f" the type server ({seconds:.1f} s)",
        err=True,
    )
    if asked.fault:
        typer.echo(f"the type server: {asked.fault}", err=True)
    return found


def _libraries(target: Target, installed: Installed) -> Libraries:
    """Summarise what the project imports of the installed libraries."""
    from refactor_agent.locate.deep import Libraries

    libraries = Libraries(installed, load_rulebook(), shared_cache(), _say_library)
    start = time.monotonic()
    libraries.prepare(_imported(target))
    _say_loaded(libraries.loaded, time.monotonic() - start)
    return libraries


def _say_library(name: str) -> None:
    typer.echo(f"reading {name}", err=True)


def _say_loaded(loaded: Loaded, seconds: float) -> None:
    typer.echo(
        f"{loaded.made} libraries read, {loaded.kept} known already ({seconds:.1f} s)", err=True
    )
    if loaded.too_large:
        typer.echo(
            f"too large or too entangled to be read: {', '.join(loaded.too_large)}", err=True
        )
    if loaded.compiled:
        typer.echo(
            f"what their compiled parts do can't be read: {', '.join(loaded.compiled)}", err=True
        )


def _imported(target: Target) -> Iterator[str]:
    """Give the top-level names that the project's files import, its own apart."""
    own = {item.module.partition(".")[0] for item in target.project.sources.files}
    for file, path in target.paths.items():
        for match in _IMPORT.finditer(_source(path, target.changes.get(file))):
            names = (name.strip() for name in match[1].decode("utf-8", "replace").split(","))
            yield from (name for name in names if name not in own)


def _source(path: Path, changed: bytes | None) -> bytes:
    if changed is not None:
        return changed
    try:
        return path.read_bytes()
    except OSError:  # the scan itself names the file
        return b""
