"""How a scan is printed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from itertools import chain

from refactor_agent.cli._scan_findings import Findings
from refactor_agent.cli._scan_options import Format
from refactor_agent.project import prefix_in_repository

__all__ = ["rendered", "wants_colours"]


def rendered(output: Format, found: Findings) -> Iterable[str]:
    """Render for standard output, in parts."""
    located, remarks = found.located, found.remarks
    match output:
        case Format.SARIF:
            from refactor_agent.emit.sarif import as_sarif

            prefix = prefix_in_repository(found.target.project.root)
            return [as_sarif(located, found.rulebook, found.lines, remarks, prefix), "\n"]
        case Format.GITHUB:
            from refactor_agent.emit.annotations import as_annotations

            prefix = prefix_in_repository(found.target.project.root)
            return [as_annotations(located, remarks, prefix)]
        case Format.JSON:
            from refactor_agent.locate import json_parts

            return chain(json_parts(located, remarks), ["\n"])
        case Format.TEXT:
            from refactor_agent.locate import Palette, Shown, render_text

            palette = Palette(enabled=wants_colours())
            shown = Shown(located.regions, remarks, " ".join(("nothing", *found.narrowed)))
            return [render_text(shown, found.lines, found.rulebook, palette)]


def wants_colours() -> bool:
    """Say whether people read this on a terminal, and have not said no (https://no-color.org)."""
    asked_not_to = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not asked_not_to
