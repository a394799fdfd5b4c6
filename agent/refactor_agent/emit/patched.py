"""What patches make of a target's files, found out beside the target."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from refactor_agent.emit.manifest import FileState
from refactor_agent.emit.scratch import scratch
from refactor_agent.errors import PatchConflictError
from refactor_agent.tree import sha256

__all__ = ["patched_files"]


def patched_files(
    target: Path, prefix: str, states: Sequence[FileState], patches: Sequence[Path]
) -> Mapping[str, bytes | None]:
    """Give the files of ``states`` as ``patches`` leave them; ``None`` for one that they remove.

    Git applies them to copies, so that no setting, attribute or outer repository of the target
    has a say in the result. ``prefix`` is what the patches' paths begin with. Raises
    `PatchConflictError` when a patch is missing or does not apply, or the result is not the one
    that the run recorded.
    """
    with scratch() as place:
        for state in states:
            if state.before is not None:
                place.write(prefix + state.file, (target / state.file).read_bytes())
        for patch in patches:
            try:
                place.git("apply", "--whitespace=nowarn", str(patch.resolve()))
            except subprocess.CalledProcessError as error:
                said = error.stderr.decode(errors="replace").removeprefix("error: ").splitlines()
                why = said[0] if said else "git said nothing"
                raise PatchConflictError(
                    f"{patch.name} does not apply: {why}; nothing was changed"
                ) from error
        found = {state.file: place.read(prefix + state.file) for state in states}
    for state in states:
        data = found[state.file]
        if (sha256(data) if data is not None else None) != state.after:
            raise PatchConflictError(
                f"the patches make something else of {state.file} than the run recorded;"
                " nothing was changed"
            )
    return found
