"""What becomes of a target's copy of the module: added, replaced, kept, or in the way."""

from __future__ import annotations

import ast

from refactor_agent.boundary.source import BOUNDARY_VERSION, boundary_source, read_stamp
from refactor_agent.domain.plan import Refusal
from refactor_agent.domain.proposal import NewFile
from refactor_agent.tree import Tree, sha256

__all__ = ["boundary_file", "vendored_version"]


def boundary_file(tree: Tree, file: str) -> NewFile | Refusal | None:
    """Give the copy to write to ``file``; ``None`` when the one that is there serves.

    An older copy that nobody changed is replaced. One that somebody changed is refused, with
    what to do about it; so is a file of another origin.
    """
    new = NewFile(file=file, text=boundary_source())
    if not tree.exists(file):
        return new
    data = tree.read(file)
    if _same_code(data):
        return None
    stamp = read_stamp(data)
    if stamp is None:
        return Refusal(
            reason="boundary-taken", message=f"{file} is there with other content; rename it"
        )
    if _number(stamp.version) > _number(BOUNDARY_VERSION):
        return _kept_or_refused(file, stamp.version)
    if not stamp.intact:
        return Refusal(
            reason="boundary-modified",
            message=f"{file} (version {stamp.version}) was changed since it was vendored: restore"
            f" it from version control, run again to get version {BOUNDARY_VERSION}, and put the"
            " changes into a module of their own",
        )
    return new.model_copy(update={"replaces": sha256(data)})


def vendored_version(data: bytes) -> str | None:
    """Give the version of a copy, changed or not; ``None`` for a file of another origin."""
    stamp = read_stamp(data)
    return None if stamp is None else stamp.version


def _kept_or_refused(file: str, version: str) -> Refusal | None:
    if _number(version)[0] == _number(BOUNDARY_VERSION)[0]:
        return None
    return Refusal(
        reason="boundary-newer",
        message=f"{file} is version {version} and this refactor-agent knows {BOUNDARY_VERSION};"
        " use the refactor-agent that wrote it, or a later one",
    )


def _same_code(data: bytes) -> bool:
    """Say whether ``data`` differs from the current copy in nothing but layout and comments."""
    try:
        return ast.dump(ast.parse(data)) == ast.dump(ast.parse(boundary_source()))
    except (SyntaxError, ValueError):
        return False


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
