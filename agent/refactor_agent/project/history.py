"""The project's Python files as another revision has them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

from refactor_agent.errors import UsageError
from refactor_agent.project.discover import ROOT_MARKERS, Sources
from refactor_agent.project.vcs import git, revision

__all__ = ["copy_revision"]

_REGULAR = frozenset({b"100644", b"100755"})


def copy_revision(root: Path, sources: Sources, name: str, destination: Path) -> None:
    """Write what the project at ``root`` was where its branch left revision ``name``.

    That is their common ancestor, so that what happened to ``name`` meanwhile does not count.
    The user's work tree is not touched. Files among ``sources`` that are not the repository's
    own (ignored ones, other repositories inside) are copied as they are now. Raises `UsageError`
    outside a repository, and when git knows no such revision.
    """
    commit = _base(root, name)
    blobs = dict(_blobs(root, commit))
    for file, data in zip(blobs, _contents(root, blobs.values()), strict=True):
        _write(destination / file, data)
    own = _own_files(root)
    for source in sources.files:
        if source.file not in own:
            target = destination / source.file
            target.parent.mkdir(parents=True, exist_ok=True)
            with suppress(OSError):  # it has vanished; the scan itself names it
                shutil.copyfile(source.path, target)


def _base(root: Path, name: str) -> str:
    if not revision(root).is_repository:
        raise UsageError(f"{root} is in no git repository, so there is no {name} to compare with")
    found = git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found.returncode:
        raise UsageError(
            f"git knows no revision {name!r}; give a branch, a tag or a commit, and fetch it"
            f" first{_if_shallow(root)}"
        )
    commit = found.stdout.decode().strip()
    base = git(root, "merge-base", commit, "HEAD")
    return base.stdout.decode().strip() if base.returncode == 0 else commit


def _if_shallow(root: Path) -> str:
    """Give what to say of a clone without history, as CI makes them."""
    answer = git(root, "rev-parse", "--is-shallow-repository").stdout.strip()
    return " (this clone has no history: `git fetch --unshallow`)" if answer == b"true" else ""


def _blobs(root: Path, commit: str) -> Iterator[tuple[str, bytes]]:
    """Give the regular files that matter, named from ``root``, with their object ids."""
    listed = git(root, "ls-tree", "-r", "-z", commit)
    for entry in listed.stdout.split(b"\0"):
        about, _, raw = entry.partition(b"\t")
        file = PurePosixPath(os.fsdecode(raw))
        if file.suffix != ".py" and file.name not in ROOT_MARKERS:
            continue
        mode, _, blob = about.split(b" ")
        if mode in _REGULAR and ".." not in file.parts:
            yield str(file), blob


def _contents(root: Path, blobs: Iterable[bytes]) -> Iterator[bytes]:
    wanted = b"".join(blob + b"\n" for blob in blobs)
    found = git(root, "cat-file", "--batch", stdin=wanted)
    if found.returncode:
        raise UsageError("git lacks files of that revision, as this clone is partial; fetch them")
    answer = found.stdout
    at = 0
    while at < len(answer):
        header = answer.index(b"\n", at)
        start = header + 1
        end = start + int(answer[at:header].rpartition(b" ")[2])
        yield answer[start:end]
        at = end + 1


def _own_files(root: Path) -> frozenset[str]:
    listed = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return frozenset(os.fsdecode(name) for name in listed.stdout.split(b"\0"))


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
