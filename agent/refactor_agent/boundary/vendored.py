"""What becomes of a target's copy of a module: added, replaced, kept, or in the way."""

from __future__ import annotations

import ast
from pathlib import PurePosixPath

from refactor_agent.boundary.source import VERSIONS, boundary_source, read_stamp
from refactor_agent.domain.plan import Refusal
from refactor_agent.domain.proposal import NewFile
from refactor_agent.tree import Tree, sha256

__all__ = ["boundary_file", "vendored_version"]


def boundary_file(tree: Tree, file: str) -> NewFile | Refusal | None:
    """Give the copy to write to ``file``, whose name is that of the module.

    ``None`` when the one that is there serves.

    An older copy that nobody changed is replaced. One that somebody changed is refused, with
    what to do about it; so is a file of another origin.
    """
    module = PurePosixPath(file).stem
    current = VERSIONS[module]
    new = NewFile(file=file, text=boundary_source(module))
    if not tree.exists(file):
        return new
    data = tree.read(file)
    if _same_code(data, module):
        return None
    stamp = read_stamp(data)
    if stamp is None:
        return Refusal(
            reason="boundary-taken", message=f"{file} is there with other content; rename it"
        )
    if _number(stamp.version) > _number(current):
        return _kept_or_refused(file, stamp.version, current)
    if not stamp.intact:
        return Refusal(
            reason="boundary-modified",
            message=f"{file} (version {stamp.version}) was changed since it was vendored: restore"
            f" it from version control, run again to get version {current}, and put the"
            " changes into a module of their own",
        )
    return new.model_copy(update={"replaces": sha256(data)})


def vendored_version(data: bytes) -> str | None:
    """Give the version of a copy, changed or not; ``None`` for a file of another origin."""
    stamp = read_stamp(data)
    return None if stamp is None else stamp.version


def _kept_or_refused(file: str, version: str, current: str) -> Refusal | None:
    if _number(version)[0] == _number(current)[0]:
        return None
    return Refusal(
        reason="boundary-newer",
        message=f"{file} is version {version} and this refactor-agent knows {current};"
        " use the refactor-agent that wrote it, or a later one",
    )


def _same_code(data: bytes, module: str) -> bool:
    """Say whether ``data`` differs from the current copy in nothing but layout and comments."""
    try:
        return ast.dump(ast.parse(data)) == ast.dump(ast.parse(boundary_source(module)))
    except (SyntaxError, ValueError):
        return False


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
