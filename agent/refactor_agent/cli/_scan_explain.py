"""`refactor-agent scan --explain SITE`."""

from __future__ import annotations

import re
from pathlib import Path

from refactor_agent.cli._scan_formats import wants_colours
from refactor_agent.cli._scan_target import Target, open_target
from refactor_agent.errors import UsageError
from refactor_agent.locate import Palette, SourceLines, shared_cache
from refactor_agent.locate.explain import Question, explain, render_explanations
from refactor_agent.run.rules import rules_for

__all__ = ["explained"]

_SITE = re.compile(r"(?P<file>.+?):(?P<line>[1-9]\d*)(?::(?P<column>[1-9]\d*))?")


def explained(path: Path | None, site: str) -> str:
    """Explain the calls at ``site``: FILE:LINE or FILE:LINE:COLUMN, as findings are printed.

    FILE is looked for from the current directory, then from the project's. Raises `UsageError`
    where that names no call.
    """
    match = _SITE.fullmatch(site)
    if match is None:
        raise UsageError(f"--explain {site}: give a place as FILE:LINE or FILE:LINE:COLUMN")
    target, file = _located(path, Path(match["file"]))
    column = int(match["column"]) if match["column"] else None
    question = Question(file, int(match["line"]), column)
    project = target.project
    found = explain(project, rules_for(project), question, cache=shared_cache())
    lines = SourceLines(target.paths)
    return render_explanations(found, lines, Palette(enabled=wants_colours()))


def _located(path: Path | None, file: Path) -> tuple[Target, str]:
    """Open the project, and give the file's name in it."""
    if path is None and file.is_file():
        target = open_target(file, None)
        return target, target.file or ""
    target = open_target(path, None)
    root = target.project.root
    for place in (file.resolve(), (root / file).resolve()):
        if place.is_file() and place.is_relative_to(root):
            return target, place.relative_to(root).as_posix()
    raise UsageError(f"there is no file {file} in {root}")
