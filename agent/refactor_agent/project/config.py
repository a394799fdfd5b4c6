"""The target's ``[tool.refactor-agent]`` table."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import ConfigDict, Field, ValidationError

from refactor_agent.domain.values import Value
from refactor_agent.errors import UsageError

__all__ = ["Config", "load_config"]


class Config(Value):
    """Settings a team keeps in its ``pyproject.toml``; keys are kebab-case there."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=lambda name: name.replace("_", "-"),
        populate_by_name=True,
    )  # fmt: skip

    rules: tuple[str, ...] = ()
    """Directories with rules of the team's own, relative to the project."""
    disable: tuple[str, ...] = ()
    """Rule ids that are switched off."""
    exclude: tuple[str, ...] = ()
    """Glob patterns of files that are not looked at."""
    source_roots: tuple[str, ...] = ()
    """Directories on the import path, where ``.`` and ``src`` do not say it."""
    offload_wrappers: tuple[str, ...] = ()
    """Qualified names of callables that run their first argument on a worker thread."""
    python: str | None = None
    """The interpreter that runs the target's tests."""
    test_command: str | None = None
    test_timeout: float = Field(default=600.0, gt=0)
    """Seconds that one run of the suite may take."""
    allow_dependencies: tuple[str, ...] = ()
    """Distributions a conversion may add, beyond those the project declares."""


def load_config(root: Path) -> Config:
    """Read the settings of the project at ``root``; raises `UsageError` on a wrong one."""
    path = root / "pyproject.toml"
    if not path.is_file():
        return Config()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return Config.model_validate(data.get("tool", {}).get("refactor-agent", {}))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{path}, [tool.refactor-agent] {key}: {first['msg'].lower()}") from error
