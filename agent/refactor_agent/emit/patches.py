"""A series of patches, made by git, that apply one after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from refactor_agent.emit.manifest import FileState
from refactor_agent.emit.scratch import Scratch, scratch
from refactor_agent.tree import Tree, sha256

__all__ = ["Patch", "Step", "make_series"]


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
    with scratch(date) as place:
        place.git("init", "--quiet", "--initial-branch=main")
        place.git("config", "core.autocrlf", "false")
        for file in touched:
            if base.exists(file):
                place.write(prefix + file, base.read(file), like=base.root / file)
        _commit(place, "base")
        patches = []
        tree = base
        for step in steps:
            patches.append(_patch(place, tree, step, prefix))
            tree = tree.with_changes(step.changes)
        return patches


def _patch(place: Scratch, tree: Tree, step: Step, prefix: str) -> Patch:
    for file, data in step.changes.items():
        place.write(prefix + file, data)
    _commit(place, step.message)
    show = ("--binary", "--full-index", "--no-renames", "--no-color")
    return Patch(
        name=step.name,
        forward=place.git("format-patch", "-1", "--stdout", "--no-signature", "-N", *show),
        reverse=place.git("diff", *show, "HEAD", "HEAD~1"),
        files=tuple(_state(tree, file, data) for file, data in sorted(step.changes.items())),
    )


def _commit(place: Scratch, message: str) -> None:
    place.git("add", "--all", "--force")
    place.git("commit", "--quiet", "--no-verify", "--allow-empty", "--message", message)


def _state(tree: Tree, file: str, data: bytes) -> FileState:
    before = sha256(tree.read(file)) if tree.exists(file) else None
    return FileState(file=file, before=before, after=sha256(data))
