"""How large a project is, for curves over size."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

__all__ = ["lines_in", "python_lines"]


def python_lines(root: Path) -> int:
    """Count the lines of all Python files under ``root``, tests among them."""
    return lines_in(path.read_bytes() for path in root.rglob("*.py") if path.is_file())


def lines_in(sources: Iterable[bytes | str]) -> int:
    """Count the lines of ``sources``, empty ones too."""
    return sum(len(source.splitlines()) for source in sources)
