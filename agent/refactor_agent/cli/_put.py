"""One file that `init` puts into a repository, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from refactor_agent.errors import UsageError

__all__ = ["Put", "read_text"]


@dataclass(frozen=True)
class Put:
    """One file, and what became of it."""

    file: str
    outcome: Literal["wrote", "updated", "merged", "unchanged", "left"]
    why: str = ""


def read_text(path: Path) -> str | None:
    """Read a file, ``None`` where there is none; raises `UsageError` when it is no UTF-8."""
    try:
        return path.read_text(encoding="utf-8") if path.is_file() else None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8; convert or move it") from error
