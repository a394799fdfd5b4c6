"""Known regions: a file that lets a build fail for new ones only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from refactor_agent.domain.region import Located, Region
from refactor_agent.errors import UsageError

__all__ = ["read_known", "without_known", "write_known"]

_FORMAT = 1


def write_known(path: Path, regions: Iterable[Region]) -> None:
    """Write the regions' ids, with their chains for people, sorted; the ids outlive line moves.

    Raises `UsageError` when the file can't be written.
    """
    known = {region.id: " -> ".join(region.chain) for region in regions}
    text = json.dumps({"format_version": _FORMAT, "regions": known}, indent=2, sort_keys=True)
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"can't write to {path}: {error.strerror}") from error


def read_known(path: Path) -> Mapping[str, str]:
    """Read what `write_known` wrote, id to chain; raises `UsageError` when it can't."""
    try:
        data = json.loads(path.read_bytes())
        if data["format_version"] == _FORMAT:
            return {str(identifier): str(chain) for identifier, chain in data["regions"].items()}
    except FileNotFoundError as error:
        raise UsageError(
            f"{path} does not exist; make it with `refactor-agent scan --write-baseline {path}`"
        ) from error
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path} is no baseline of refactor-agent") from error
    raise UsageError(f"{path} was written by another version of refactor-agent; write it again")


def without_known(located: Located, known: Mapping[str, str]) -> tuple[Located, tuple[str, ...]]:
    """Give what is not known, and the chains of known regions that are no longer found."""
    found = {region.id for region in located.regions}
    new = tuple(region for region in located.regions if region.id not in known)
    gone = sorted(chain for identifier, chain in known.items() if identifier not in found)
    return located.only(new), tuple(gone)
