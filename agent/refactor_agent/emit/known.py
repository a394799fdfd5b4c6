"""Known regions: a file that lets a build fail for new ones only."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from refactor_agent.domain.region import Located, Region
from refactor_agent.errors import UsageError

__all__ = ["read_known", "without_known", "write_known"]

_FORMAT = 1


def write_known(path: Path, regions: Iterable[Region]) -> None:
    """Write the regions' ids, with their chains for people, sorted; the ids outlive line moves."""
    known = {region.id: " -> ".join(region.chain) for region in regions}
    text = json.dumps({"format_version": _FORMAT, "regions": known}, indent=2, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def read_known(path: Path) -> frozenset[str]:
    """Read the ids that `write_known` wrote; raises `UsageError` when it can't."""
    try:
        data = json.loads(path.read_bytes())
        if data["format_version"] == _FORMAT:
            return frozenset(data["regions"])
    except FileNotFoundError as error:
        raise UsageError(
            f"{path} does not exist; make it with `refactor-agent scan --write-baseline {path}`"
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is no baseline of refactor-agent") from error
    raise UsageError(f"{path} was written by another version of refactor-agent; write it again")


def without_known(located: Located, known: frozenset[str]) -> tuple[Located, tuple[str, ...]]:
    """Give what is not known, and the known ids that are no longer found."""
    new = tuple(region for region in located.regions if region.id not in known)
    gone = known - {region.id for region in located.regions}
    return Located(new, lambda: located.graph, located.skipped), tuple(sorted(gone))
