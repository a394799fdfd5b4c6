"""A throw-away directory in which git runs as if the user had no settings."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from refactor_agent.errors import UsageError

__all__ = ["Scratch", "scratch"]

_IDENTITY = "refactor-agent"
_ADDRESS = "refactor-agent@localhost"
_NO_DATE = "1970-01-01T00:00:00+00:00"


class Scratch:
    """The directory; no configuration, attribute file or outer repository reaches into it."""

    def __init__(self, root: Path, date: str) -> None:
        self.root = root
        self._env = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(root),
            "LC_ALL": "C",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_CEILING_DIRECTORIES": str(root.parent),
            "GIT_AUTHOR_NAME": _IDENTITY,
            "GIT_AUTHOR_EMAIL": _ADDRESS,
            "GIT_AUTHOR_DATE": date,
            "GIT_COMMITTER_NAME": _IDENTITY,
            "GIT_COMMITTER_EMAIL": _ADDRESS,
            "GIT_COMMITTER_DATE": date,
        }

    def git(self, *arguments: str) -> bytes:
        """Run git and give its output; raises `subprocess.CalledProcessError` when it fails."""
        return subprocess.run(
            ["git", *arguments], cwd=self.root, env=self._env, check=True, capture_output=True
        ).stdout

    def write(self, file: str, data: bytes, *, like: Path | None = None) -> None:
        """Write a file, with the mode of ``like`` when there is one."""
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        if like is not None:
            path.chmod(like.stat().st_mode)

    def read(self, file: str) -> bytes | None:
        """Give a file's bytes, or ``None`` where there is none."""
        path = self.root / file
        return path.read_bytes() if path.is_file() else None


@contextmanager
def scratch(date: str = _NO_DATE) -> Iterator[Scratch]:
    """Lend a scratch directory; commits made in it bear ``date`` (ISO 8601).

    Raises `UsageError` when git is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="refactor-agent-") as directory:
        try:
            yield Scratch(Path(directory).resolve(), date)
        except FileNotFoundError as error:
            if error.filename != "git":
                raise
            raise UsageError(
                "git is not installed; refactor-agent makes its patches with it"
            ) from error
