"""Apply a run's patches to the target, and take them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from refactor_agent.emit.audit import AuditLog
from refactor_agent.emit.manifest import FileState, Manifest, PatchEntry, read_manifest
from refactor_agent.emit.patched import patched_files
from refactor_agent.emit.replace import replace_files
from refactor_agent.errors import PatchConflictError
from refactor_agent.project import dirty_files, revision
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
    log = AuditLog(run_directory / "audit.jsonl")
    wanted = {"support", "verified"} | ({"unverified"} if include_unverified else set())
    patches = tuple(patch for patch in manifest.patches if patch.status in wanted)
    _require_not_applied(target, manifest, log)
    _require_clean(target)
    _require_same_commit(target, manifest)
    _require(target, _net(patches), "before")
    if patches:
        paths = [_path(run_directory, patch, "patches") for patch in patches]
        after = patched_files(target, manifest.revision.prefix, _net(patches), paths)
        replace_files(target, after)
        log.append("applied", patches=[patch.name for patch in patches])
    return patches


def rollback_run(target: Path, run_directory: Path) -> tuple[PatchEntry, ...]:
    """Take back what `apply_run` applied last; give the patches taken back, in that order.

    Works whether or not the patches were committed since. Raises `PatchConflictError`, with the
    target untouched, when a patched file is no longer as `apply_run` left it.
    """
    manifest = read_manifest(run_directory)
    log = AuditLog(run_directory / "audit.jsonl")
    patches = _applied(manifest, log)
    if not patches:
        raise PatchConflictError(
            f"run {manifest.run} is not applied; there is nothing to roll back"
        )
    _require(target, _net(patches), "after")
    undone = tuple(reversed(patches))
    paths = [_path(run_directory, patch, "rollback") for patch in undone]
    net = [
        FileState(file=state.file, before=state.after, after=state.before)
        for state in _net(patches)
    ]
    replace_files(target, patched_files(target, manifest.revision.prefix, net, paths))
    log.append("rolled-back", patches=[patch.name for patch in undone])
    return undone


def _applied(manifest: Manifest, log: AuditLog) -> tuple[PatchEntry, ...]:
    """Give the patches that were applied and not taken back, in the order of the series."""
    names: Sequence[object] = ()
    for record in log.events():
        if record["event"] == "applied":
            found = record["patches"]
            names = found if isinstance(found, list) else ()
        elif record["event"] == "rolled-back":
            names = ()
    return tuple(patch for patch in manifest.patches if patch.name in names)


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


def _require_not_applied(target: Path, manifest: Manifest, log: AuditLog) -> None:
    patches = _applied(manifest, log)
    if patches and not _differing(target, _net(patches), "after"):
        raise PatchConflictError(
            f"run {manifest.run} is applied already; take it back with"
            f" `refactor-agent rollback {manifest.run}`"
        )


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
    changed = _differing(target, states, side)
    if changed:
        others = f" (nor {len(changed) - 1} more)" if len(changed) > 1 else ""
        seen = "the run saw it" if side == "before" else "the patches left it"
        raise PatchConflictError(f"{changed[0]} is not as {seen}{others}; nothing was changed")


def _differing(target: Path, states: Iterable[FileState], side: str) -> list[str]:
    wanted: Mapping[str, str | None] = {state.file: getattr(state, side) for state in states}
    return [file for file, hashed in wanted.items() if _hash(target / file) != hashed]


def _hash(path: Path) -> str | None:
    return sha256(path.read_bytes()) if path.is_file() else None
