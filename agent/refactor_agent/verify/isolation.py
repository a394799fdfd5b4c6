"""Walls around the target's commands: a file system they can't write to, a network of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from refactor_agent.domain.values import Value

__all__ = ["PRIVATE", "Isolation", "Level", "find_isolation"]

Level = Literal["auto", "required", "off"]
"""Whether commands run within walls: where the system allows it, or not at all, or never."""

_SECONDS_TO_ANSWER = 20
_NO_WALLS = "the tests run without walls, with your rights and network"
PRIVATE = ("/tmp", "/var/tmp", "/run")  # noqa: S108 - these are replaced, not written to
"""Directories through which programs reach each other: files, and sockets of services. Within walls
they are a command's own, empty, and in memory."""
_HIDDEN = (
    ".aws", ".azure", ".config/gcloud", ".config/gh", ".docker", ".gnupg", ".kube",
    ".local/share/keyrings", ".ssh", ".git-credentials", ".netrc", ".pgpass", ".pypirc",
)  # fmt: skip
"""What holds keys in a home, and nothing that a test needs."""
_PATHS = "import json, sys; print(json.dumps([sys.prefix, sys.base_prefix, *sys.path]))"


class Isolation(Value):
    """How commands are fenced in: bubblewrap's walls, or none, and then why."""

    bubblewrap: str = ""
    """The program's path; empty when there are no walls."""
    local_services: bool = False
    """Commands share the machine's network, so that tests reach a database on it."""
    readable: tuple[str, ...] = ()
    """What the interpreter needs of directories that are otherwise replaced."""
    home: str = ""
    """The user's home, whose keys are hidden."""
    warning: str = ""
    """One line for a person when there are no walls."""

    def command(self, words: Sequence[str], writable: Path, cwd: Path) -> tuple[str, ...]:
        """Give the command that runs ``words`` in ``cwd`` with only ``writable`` to write to."""
        if not self.bubblewrap:
            return tuple(words)
        return (self.bubblewrap, *self._walls(writable), "--chdir", str(cwd), "--", *words)

    def _walls(self, writable: Path) -> Iterator[str]:
        yield from ("--die-with-parent", "--unshare-pid", "--unshare-ipc")
        yield from ("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc")
        if not self.local_services:
            yield "--unshare-net"
        for place in map(Path, PRIVATE):
            if place.is_dir() and not (self.local_services and place.name == "run"):
                yield from ("--tmpfs", str(place))
        for place in (Path(self.home) / name for name in _HIDDEN if self.home):
            if place.is_dir():
                yield from ("--tmpfs", str(place))
            elif place.is_file():
                yield from ("--ro-bind", "/dev/null", str(place))
        for path in self.readable:
            yield from ("--ro-bind-try", path, path)
        yield from ("--bind", str(writable), str(writable))


def find_isolation(
    python: str, level: Level = "auto", *, local_services: bool = False
) -> Isolation:
    """Find out by trying which walls this system allows around commands of ``python``."""
    if level == "off":
        return Isolation(warning="the tests run without walls, as asked for")
    program = shutil.which("bwrap")
    if program is None:
        return Isolation(warning=f"{_NO_WALLS}: install bubblewrap for walls around them")
    found = Isolation(
        bubblewrap=program,
        local_services=local_services,
        readable=_readable(python),
        home=str(Path.home()),
    )
    if _stands(found):
        return found
    return Isolation(warning=f"{_NO_WALLS}: the system does not let bubblewrap make namespaces")


def _readable(python: str) -> tuple[str, ...]:
    """Give what ``python`` imports from within directories that are replaced.

    `environment` puts the probe on the import path; it lies in this package.
    """
    paths = [str(Path(__file__).parent), python]
    try:
        answer = subprocess.run(
            [python, "-c", _PATHS], capture_output=True, check=True, timeout=_SECONDS_TO_ANSWER
        )
        paths += json.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return ()  # a Python that does not run is told of where it is first used
    inside = {
        path for path in paths if path and Path(path).is_relative_to("/") and _is_replaced(path)
    }
    return tuple(sorted(path for path in inside if not _within(path, inside)))


def _within(path: str, others: set[str]) -> bool:
    """Say whether another path brings this one: what is bound already can't be bound over."""
    return any(path != other and Path(path).is_relative_to(other) for other in others)


def _is_replaced(path: str) -> bool:
    real = Path(os.path.realpath(path))
    return any(real.is_relative_to(place) or Path(path).is_relative_to(place) for place in PRIVATE)


def _stands(isolation: Isolation) -> bool:
    """Say whether walls can be put up: containers and some kernels forbid it."""
    with tempfile.TemporaryDirectory() as directory:
        command = isolation.command(["true"], Path(directory), Path(directory))
        try:
            subprocess.run(command, capture_output=True, check=True, timeout=_SECONDS_TO_ANSWER)
        except (OSError, subprocess.SubprocessError):
            return False
    return True
