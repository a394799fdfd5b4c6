"""Lines of a requirements file."""

from __future__ import annotations

from refactor_agent.domain.plan import Dependency
from refactor_agent.edit.requirement import normalized, requirement_name, requirement_text

__all__ = ["add_line"]


def add_line(text: str, dependency: Dependency, newline: str) -> str:
    """Add below the last name that sorts before it, else at the end."""
    lines = text.splitlines(keepends=True)
    name = normalized(dependency.distribution)
    at = len(lines)
    for number, line in enumerate(lines, start=1):
        other = None if line.startswith(("#", "-", " ")) else requirement_name(line)
        if other is not None and other < name and not line.rstrip().endswith("\\"):
            at = number
    if at and not lines[at - 1].endswith(("\n", "\r")):
        lines[at - 1] += newline
    lines.insert(at, requirement_text(dependency) + newline)
    return "".join(lines)
