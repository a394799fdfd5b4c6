"""Apply a run's patches to the target, and take them back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from refactor_agent.emit.audit import AuditLog
from refactor_agent.emit.manifest import FileState, Manifest, PatchEntry, read_manifest
from refactor_agent.errors import PatchConflictError
from refactor_agent.project import dirty_files, git, revision
from refactor_agent.tree import sha256

__all__ = ["apply_run", "rollback_run"]


def apply_run(
    target: Path, run_directory: Path, *, include_unverified: bool = False
) -> tuple[PatchEntry, ...]:
    """Apply the run's patches, in order, to the working tree; give the patches applied.

    Nothing is committed. Raises `PatchConflictError`, with the target untouched, when tracked
    files have uncommitted changes or the tree is not the one the run looked at.
    """
    manifest = read_manifest(run_directory)
    wanted = {"support", "verified"} | ({"unverified"} if include_unverified else set())
    patches = tuple(patch for patch in manifest.patches if patch.status in wanted)
    _require_clean(target)
    _require_same_commit(target, manifest)
    _require(target, _net(patches), "before")
    _git_apply(target, manifest, [_path(run_directory, patch, "patches") for patch in patches])
    names = [patch.name for patch in patches]
    AuditLog(run_directory / "audit.jsonl").append("applied", patches=names)
    return patches


def rollback_run(target: Path, run_directory: Path) -> tuple[PatchEntry, ...]:
    """Take back what `apply_run` applied last; give the patches taken back.

    Works whether or not the patches were committed since. Raises `PatchConflictError`, with the
    target untouched, when a patched file is no longer as `apply_run` left it.
    """
    manifest = read_manifest(run_directory)
    log = AuditLog(run_directory / "audit.jsonl")
    names = _applied_names(log)
    if not names:
        raise PatchConflictError(
            f"run {manifest.run} is not applied; there is nothing to roll back"
        )
    patches = tuple(patch for patch in manifest.patches if patch.name in names)
    _require(target, _net(patches), "after")
    reverse = [_path(run_directory, patch, "rollback") for patch in reversed(patches)]
    _git_apply(target, manifest, reverse)
    log.append("rolled-back", patches=[patch.name for patch in patches])
    return patches


def _applied_names(log: AuditLog) -> set[str]:
    state: set[str] = set()
    for record in log.events():
        if record["event"] == "applied":
            names = record["patches"]
            assert isinstance(names, list)  # noqa: S101 - written by apply_run
            state = set(names)
        elif record["event"] == "rolled-back":
            state = set()
    return state


def _path(run_directory: Path, patch: PatchEntry, kind: str) -> Path:
    folder = run_directory / kind
    if patch.status == "unverified":
        folder /= "unverified"
    return folder / f"{patch.name}.patch"


def _net(patches: Iterable[PatchEntry]) -> list[FileState]:
    """Fold the series: each file's state before its first patch and after its last."""
    net: dict[str, FileState] = {}
    for patch in patches:
        for state in patch.files:
            first = net.get(state.file, state)
            net[state.file] = FileState(file=state.file, before=first.before, after=state.after)
    return list(net.values())


def _require_clean(target: Path) -> None:
    dirty = dirty_files(target)
    if dirty:
        names = dirty[0] if len(dirty) == 1 else f"{dirty[0]} and {len(dirty) - 1} more"
        raise PatchConflictError(f"uncommitted changes in {names}; commit or stash them first")


def _require_same_commit(target: Path, manifest: Manifest) -> None:
    now = revision(target)
    if now.commit != manifest.revision.commit:
        raise PatchConflictError(
            f"the project has moved from {_short(manifest.revision.commit)} to"
            f" {_short(now.commit)} since run {manifest.run}; check that commit out, or run again"
        )


def _short(commit: str | None) -> str:
    return commit[:10] if commit else "no commit"


def _require(target: Path, states: Iterable[FileState], side: str) -> None:
    for state in states:
        path = target / state.file
        actual = sha256(path.read_bytes()) if path.is_file() else None
        if actual != getattr(state, side):
            seen = "the run saw it" if side == "before" else "the patches left it"
            raise PatchConflictError(f"{state.file} is not as {seen}; nothing was changed")


def _git_apply(target: Path, manifest: Manifest, patches: Sequence[Path]) -> None:
    """Apply one after another; on a failure put every file back as it was."""
    states = _net(manifest.patches)
    saved = {state.file: _read(target / state.file) for state in states}
    top = target / ("../" * manifest.revision.prefix.count("/"))
    for patch in patches:
        done = git(top, "apply", "--whitespace=nowarn", str(patch.resolve()))
        if done.returncode != 0:
            _restore(target, saved)
            first = (done.stderr.decode(errors="replace").splitlines() or ["git said nothing"])[0]
            raise PatchConflictError(f"{patch.name} does not apply: {first}; nothing was changed")


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _restore(target: Path, saved: dict[str, bytes | None]) -> None:
    for file, data in saved.items():
        if data is None:
            (target / file).unlink(missing_ok=True)
        else:
            (target / file).write_bytes(data)
