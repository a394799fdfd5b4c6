"""Names of change sets that people recognise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from refactor_agent.domain.region import Region

__all__ = ["slug", "title"]


def slug(entries: Sequence[str], file: str) -> str:
    """Give ``app-ask`` for ``pkg.app.ask``: safe in file names and branch names."""
    path = PurePosixPath(file)
    module = path.parent.name if path.stem == "__init__" else path.stem
    text = f"{module}-{entries[0].rpartition('.')[2]}"
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def title(entries: Sequence[str], regions: Sequence[Region]) -> str:
    """Say which functions block, and by what."""
    others = f" and {len(entries) - 1} more" if len(entries) > 1 else ""
    calls = list(dict.fromkeys(region.callee for region in regions))
    shown = ", ".join(calls[:3]) + (", …" if len(calls) > 3 else "")
    return f"{entries[0]}{others}: {shown}"
