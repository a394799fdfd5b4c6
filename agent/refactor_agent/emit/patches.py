"""A series of patches, made by git, that apply one after another."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from refactor_agent.emit.manifest import FileState
from refactor_agent.tree import Tree, sha256

__all__ = ["Patch", "Step", "make_series"]

_IDENTITY = "refactor-agent"
_ADDRESS = "refactor-agent@localhost"


@dataclass(frozen=True)
class Step:
    """What one patch is to hold."""

    name: str
    """The patch's file name without its ending: ``001-app-ask``."""
    message: str
    """The commit message for ``git am``; its first line is the subject."""
    changes: Mapping[str, bytes]
    """File to its bytes afterwards."""


@dataclass(frozen=True)
class Patch:
    """One patch with its reverse, byte for byte as git made them."""

    name: str
    forward: bytes
    reverse: bytes
    files: tuple[FileState, ...]


def make_series(base: Tree, steps: Sequence[Step], *, date: str, prefix: str = "") -> list[Patch]:
    """Turn ``steps`` into patches, each against the tree that the one before it leaves.

    ``date`` (ISO 8601) goes into the patches, so that the same run makes the same bytes.
    ``prefix`` is put before every path: the target's place inside its repository.
    """
    touched = sorted({file for step in steps for file in step.changes})
    with _scratch_repository(date) as git:
        for file in touched:
            if base.exists(file):
                git.write(prefix + file, base.read(file), like=base.root / file)
        git.commit("base", allow_empty=True)
        patches = []
        tree = base
        for step in steps:
            patches.append(_patch(git, tree, step, prefix))
            tree = tree.with_changes(step.changes)
        return patches


def _patch(git: _Scratch, tree: Tree, step: Step, prefix: str) -> Patch:
    for file, data in step.changes.items():
        git.write(prefix + file, data)
    git.commit(step.message)
    show = ("--binary", "--full-index", "--no-renames", "--no-color")
    return Patch(
        name=step.name,
        forward=git.run("format-patch", "-1", "--stdout", "--no-signature", "-N", *show),
        reverse=git.run("diff", *show, "HEAD", "HEAD~1"),
        files=tuple(_state(tree, file, data) for file, data in sorted(step.changes.items())),
    )


def _state(tree: Tree, file: str, data: bytes) -> FileState:
    before = sha256(tree.read(file)) if tree.exists(file) else None
    return FileState(file=file, before=before, after=sha256(data))


class _Scratch:
    """A throw-away git repository that no setting of the user reaches."""

    def __init__(self, root: Path, date: str) -> None:
        self.root = root
        self._env = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(root),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": _IDENTITY,
            "GIT_AUTHOR_EMAIL": _ADDRESS,
            "GIT_AUTHOR_DATE": date,
            "GIT_COMMITTER_NAME": _IDENTITY,
            "GIT_COMMITTER_EMAIL": _ADDRESS,
            "GIT_COMMITTER_DATE": date,
        }

    def run(self, *arguments: str) -> bytes:
        return subprocess.run(
            ["git", *arguments], cwd=self.root, env=self._env, check=True, capture_output=True
        ).stdout

    def write(self, file: str, data: bytes, *, like: Path | None = None) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        if like is not None:
            path.chmod(like.stat().st_mode)

    def commit(self, message: str, *, allow_empty: bool = False) -> None:
        self.run("add", "--all", "--force")
        extra = ("--allow-empty",) if allow_empty else ()
        self.run("commit", "--quiet", "--no-verify", "--message", message, *extra)


@contextmanager
def _scratch_repository(date: str) -> Iterator[_Scratch]:
    with tempfile.TemporaryDirectory(prefix="refactor-agent-") as directory:
        git = _Scratch(Path(directory), date)
        git.run("init", "--quiet", "--initial-branch=main")
        git.run("config", "core.autocrlf", "false")
        yield git
