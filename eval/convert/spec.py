"""What a harness asks for: ``spec.json`` beside the sync side of a package."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from pydantic import ConfigDict, ValidationError

from refactor_agent.asyncify import Request
from refactor_agent.domain.values import Value
from refactor_agent.errors import UsageError

__all__ = ["Spec", "read_spec"]


_QUALIFIED = re.compile(r"[A-Za-z_]\w*\.")


class Spec(Value):
    """The file as it is; unknown keys are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    convert: tuple[str, ...]
    defs: Mapping[str, tuple[str, ...]] = {}
    leaves: Mapping[str, str] = {}
    entry_points: tuple[str, ...] = ()
    source_root: str = "."

    @property
    def request(self) -> Request:
        """The same, in the converter's words."""
        return Request(
            files=self.convert, only=self.defs, leaves=self.leaves, entries=self.entry_points
        )

    @property
    def libraries(self) -> frozenset[str]:
        """The top-level packages that leaves name, without the standard library's."""
        names = (name for pair in self.leaves.items() for name in pair)
        found = {name.partition(".")[0] for name in names if _QUALIFIED.match(name)}
        return frozenset(found - sys.stdlib_module_names)

    @property
    def roots(self) -> tuple[str, ...]:
        """The directories that imports start from, relative to the project's root."""
        roots = (part.strip("/") for part in self.source_root.split(":"))
        return tuple(root for root in roots if root not in {"", "."})


def read_spec(directory: Path) -> Spec:
    """Read ``spec.json`` of ``directory``; raises `UsageError` when it is missing or wrong."""
    path = directory / "spec.json"
    try:
        return Spec.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise UsageError(f"{path} is missing; write the inputs with the harness first") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise UsageError(f"{path}: {place}: {first['msg']}") from error
