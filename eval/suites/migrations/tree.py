"""The tree of a commit, laid out without its history."""

from __future__ import annotations

import subprocess
from pathlib import Path

__all__ = ["lay"]


def lay(clone: Path, commit: str, root: Path) -> None:
    """Write it to ``root``; raises `CalledProcessError` where the clone lacks the commit."""
    packed = subprocess.run(
        ["git", "-C", str(clone), "archive", commit], capture_output=True, check=True
    )
    root.mkdir(parents=True)
    subprocess.run(["tar", "x", "-C", str(root)], input=packed.stdout, check=True)
