"""A run directory with patches, as a run leaves it, without the run."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from refactor_agent import __version__
from refactor_agent.emit.manifest import MANIFEST, Manifest, PatchEntry
from refactor_agent.emit.patches import Step, make_series
from refactor_agent.project import Interpreter, revision
from refactor_agent.run.options import RunOptions, RunRecord
from refactor_agent.tree import Tree
from support.files import write_files

__all__ = ["Made", "make_run"]

_CREATED = "2026-01-31T14:25:01+00:00"


@dataclass(frozen=True)
class Made:
    """One patch of the run."""

    name: str
    changes: Mapping[str, str | bytes]
    status: Literal["support", "verified", "unverified"] = "verified"


def make_run(target: Path, patches: Sequence[Made], name: str = "20260131-142501-9f3a") -> Path:
    """Make a finished run of ``target`` with ``patches``; give its directory."""
    steps = [Step(one.name, f"{one.name}\n", _as_bytes(one.changes)) for one in patches]
    stands = revision(target)
    made = make_series(Tree(target), steps, date=_CREATED, prefix=stands.prefix)
    place = target / ".refactor-agent" / "runs" / name
    shutil.rmtree(place, ignore_errors=True)
    entries = []
    for one, patch in zip(patches, made, strict=True):
        folder = "unverified/" if one.status == "unverified" else ""
        write_files(
            place,
            {
                f"patches/{folder}{patch.name}.patch": patch.forward,
                f"rollback/{folder}{patch.name}.patch": patch.reverse,
            },
        )
        entries.append(
            PatchEntry(name=one.name, change_set=one.name, status=one.status, files=patch.files)
        )
    manifest = Manifest(run=name, target=str(target), revision=stands, patches=tuple(entries))
    record = RunRecord(
        id=name,
        tool_version=__version__,
        created=_CREATED,
        target=str(target),
        options=RunOptions(),
        revision=stands,
        interpreter=Interpreter(path="python", version=(3, 11, 0), origin="--python"),
    )
    write_files(
        place,
        {
            MANIFEST: manifest.model_dump_json(),
            "run.json": record.model_dump_json(),
            "../../.gitignore": "*\n",
        },
    )
    return place


def _as_bytes(changes: Mapping[str, str | bytes]) -> Mapping[str, bytes]:
    return {
        file: data.encode() if isinstance(data, str) else data for file, data in changes.items()
    }
