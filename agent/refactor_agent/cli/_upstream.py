"""A team's copies of the packaged templates, and what changed in the package since they were made.

Beside the copies, in ``.origin``, lies each packaged template as it was when the copy was made: so
what the team edited and what the package changed can be told apart.
"""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from refactor_agent.cli._put import Put, read_text
from refactor_agent.data import data_dir
from refactor_agent.errors import UsageError
from refactor_agent.llm.prompts import PAGES, TEMPLATES
from refactor_agent.project import git

__all__ = ["Treatment", "put_templates", "upstream_changes"]

_ORIGIN = ".origin"
Treatment = Literal["keep", "force", "merge", "seen"]
"""What becomes of copies that were edited and whose packaged template changed: they are kept, they
are replaced, they take the changes over, or the changes count as taken over by hand."""


@dataclass(frozen=True)
class _Copy:
    """One template in a team's repository."""

    root: Path
    directory: str
    name: str

    @property
    def file(self) -> str:
        return f"{self.directory}/{self.name}"

    @property
    def path(self) -> Path:
        return self.root / self.file

    @property
    def origin(self) -> Path:
        return self.root / self.directory / _ORIGIN / self.name

    @property
    def packaged(self) -> str:
        return (data_dir("prompts") / self.name).read_text(encoding="utf-8")

    def write(self, text: str) -> None:
        """Write the copy, and remember the packaged template that it stands on."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(text, encoding="utf-8", newline="\n")
        self.note_origin()

    def note_origin(self) -> None:
        if read_text(self.origin) != self.packaged:
            self.origin.parent.mkdir(parents=True, exist_ok=True)
            self.origin.write_text(self.packaged, encoding="utf-8", newline="\n")


def put_templates(root: Path, directory: str, treatment: Treatment = "keep") -> tuple[Put, ...]:
    """Write what is missing, update what nobody edited, and treat the others as asked.

    Raises `UsageError` where the disk won't have it.
    """
    try:
        return tuple(_put(copy, treatment) for copy in _copies(root, directory))
    except OSError as error:
        raise UsageError(f"can't write {error.filename}: {error.strerror}") from error


def upstream_changes(root: Path, directory: str) -> str:
    """Give what changed in the package since the team's copies were made, as one diff."""
    parts: list[str] = []
    for copy in _copies(root, directory):
        mine, origin = read_text(copy.path), read_text(copy.origin)
        if mine is None or copy.packaged in {mine, origin}:
            continue
        before = mine if origin is None else origin
        since = "your copy" if origin is None else "when your copy was made"
        parts += difflib.unified_diff(
            before.splitlines(keepends=True),
            copy.packaged.splitlines(keepends=True),
            f"{copy.file} ({since})",
            f"{copy.file} (packaged now)",
        )
    return "".join(parts)


def _copies(root: Path, directory: str) -> Iterator[_Copy]:
    return (_Copy(root, directory, name) for name in (*PAGES, *TEMPLATES))


def _put(copy: _Copy, treatment: Treatment) -> Put:
    if not copy.path.resolve().is_relative_to(copy.root.resolve()):
        return Put(copy.file, "left", "it leads out of the project")
    mine, origin = read_text(copy.path), read_text(copy.origin)
    if mine is None or (treatment == "force" and mine != copy.packaged):
        copy.write(copy.packaged)
        return Put(copy.file, "wrote")
    if mine == copy.packaged or treatment == "seen":
        copy.note_origin()
        why = "" if mine == copy.packaged else "the packaged one counts as taken over"
        return Put(copy.file, "unchanged", why)
    if mine == origin:
        copy.write(copy.packaged)
        return Put(copy.file, "updated", "the packaged one changed, and nobody edited yours")
    return _put_edited(copy, mine, origin, treatment)


def _put_edited(copy: _Copy, mine: str, origin: str | None, treatment: Treatment) -> Put:
    if origin == copy.packaged:
        return Put(copy.file, "left", "you edited it; --force replaces it")
    if treatment == "merge" and origin is not None:
        return _merge(copy, mine, origin)
    return Put(copy.file, "left", "it differs from the packaged one; --diff, --merge or --force")


def _merge(copy: _Copy, mine: str, origin: str) -> Put:
    """Take the package's changes over into the team's copy; not where they touch the same lines."""
    with tempfile.TemporaryDirectory() as place:
        texts = {"mine": mine, "origin": origin, "packaged": copy.packaged}
        for name, text in texts.items():
            Path(place, name).write_text(text, encoding="utf-8", newline="\n")
        made = git(Path(place), "merge-file", "-p", *texts)
    if made.returncode != 0:
        return Put(copy.file, "left", "both sides changed the same lines; see --diff, then --seen")
    copy.write(made.stdout.decode())
    return Put(copy.file, "merged", "with what changed in the packaged one")
