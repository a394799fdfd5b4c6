"""Replace a target's files: all of them, or none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from refactor_agent.errors import PatchConflictError

__all__ = ["replace_files"]

_NEW = ".refactor-agent-new"


def replace_files(target: Path, files: Mapping[str, bytes | None]) -> None:
    """Give ``files`` their new bytes; ``None`` removes one, with the directories it leaves empty.

    New contents are written beside the old first; then each takes its place in one step, with
    the old file's mode and owner. Raises `PatchConflictError`, with every file as it was, when
    one can't be written.
    """
    saved = {file: _read(target / file) for file in files}
    done: list[str] = []
    try:
        with _beside(target, files) as ready:
            for file in files:
                done.append(file)
                _put(target, file, ready.get(file))
    except OSError as error:
        _restore(target, {file: saved[file] for file in done})
        raise PatchConflictError(
            f"can't write {error.filename}: {error.strerror}; nothing was changed"
        ) from error


@contextmanager
def _beside(target: Path, files: Mapping[str, bytes | None]) -> Iterator[dict[str, Path]]:
    """Write the new contents beside the old; what was not used is gone afterwards."""
    ready: dict[str, Path] = {}
    try:
        for file, data in files.items():
            if data is not None:
                path = target / file
                path.parent.mkdir(parents=True, exist_ok=True)
                ready[file] = path.with_name(path.name + _NEW)
                ready[file].write_bytes(data)
                _take_after(path, ready[file])
        yield ready
    finally:
        for path in ready.values():
            path.unlink(missing_ok=True)


def _take_after(old: Path, new: Path) -> None:
    if not old.exists():
        return
    shutil.copymode(old, new)
    status = old.stat()
    if hasattr(os, "chown"):
        with suppress(PermissionError):  # only root may give files away; the content counts
            os.chown(new, status.st_uid, status.st_gid)


def _put(target: Path, file: str, new: Path | None) -> None:
    path = target / file
    if new is not None:
        new.replace(path)
        return
    path.unlink()
    for parent in path.parents:
        if parent == target or any(parent.iterdir()):
            break
        parent.rmdir()


def _restore(target: Path, saved: Mapping[str, bytes | None]) -> None:
    for file, data in saved.items():
        path = target / file
        if data is None:
            path.unlink(missing_ok=True)
        elif _read(path) != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
