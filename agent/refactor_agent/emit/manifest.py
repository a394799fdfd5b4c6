"""What a run directory says about its patches, for `apply` and `rollback`."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError

from refactor_agent.domain.values import Value
from refactor_agent.errors import UsageError
from refactor_agent.project import Revision

__all__ = ["MANIFEST", "FileState", "Manifest", "PatchEntry", "read_manifest"]

MANIFEST = "manifest.json"


def _inside(file: str) -> str:
    """Refuse a path that leads out of the target: a run directory may come with a checkout."""
    path = PurePosixPath(file)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError("leads out of the target")
    return file


class FileState(Value):
    """A file before and after a patch, by SHA-256; ``None`` where it does not exist."""

    file: Annotated[str, AfterValidator(_inside)]
    before: str | None
    after: str | None


class PatchEntry(Value):
    """One patch of the run, in the order in which patches apply."""

    name: Annotated[str, Field(pattern=r"^[^/]+$")]
    change_set: str | None
    """``None`` for the support patches: the boundary module and dependencies."""
    status: Literal["support", "verified", "unverified"]
    files: tuple[FileState, ...]


class Manifest(Value):
    """The patches of a run and the tree they are for."""

    format_version: Literal[1] = 1
    run: str
    target: str
    revision: Revision
    patches: tuple[PatchEntry, ...]


def read_manifest(run_directory: Path) -> Manifest:
    """Read the manifest of a finished run; raises `UsageError` when there is none."""
    path = run_directory / MANIFEST
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise UsageError(
            f"run {run_directory.name} has no patches yet; finish it with"
            f" `refactor-agent resume {run_directory.name}`"
        ) from error
    except (ValidationError, OSError) as error:
        raise UsageError(f"{path} is damaged or of another version of refactor-agent") from error
