"""Writes what the converter makes into the ``after`` blocks of a rule file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def write_results(path: Path, title: str, results: Sequence[str]) -> None:
    """Replace the code of the ``after`` blocks of the example called ``title``, in order."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if line.startswith(f"### {title}"))
    for result in results:
        opening = next(i for i in range(at, len(lines)) if lines[i].startswith("```python after"))
        closing = lines.index("```\n", opening)
        lines[opening + 1 : closing] = result.splitlines(keepends=True)
        at = opening + 1
    path.write_text("".join(lines), encoding="utf-8")
