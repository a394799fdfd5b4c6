"""The target's ``[tool.refactor-agent]`` table."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from refactor_agent.domain.values import Value
from refactor_agent.errors import UsageError
from refactor_agent.project.models import Amounts, ModelProfile, Price

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
    isolation: Literal["auto", "required", "off"] = "auto"
    """Whether tests run within walls: where the system allows it, or not at all, or never."""
    local_services: bool = False
    """Tests use services on this machine, such as a database on loopback."""
    pass_environment: tuple[str, ...] = ()
    """Environment variables that tests get to see beyond the search path and the locale."""
    test_memory: int | None = Field(default=None, gt=0)
    """Megabytes of memory that one run of the suite may use."""
    test_disk: int | None = Field(default=None, gt=0)
    """Megabytes that one run of the suite may write."""
    app: str | None = None
    """The ASGI application, as ``module:name``, that is driven before and after each change."""
    load: Literal["fail", "report", "off"] = "fail"
    """What becomes of a change with which ``app`` is clearly slower."""
    load_requests: tuple[str, ...] = ()
    """What is sent to ``app``, such as ``GET /items?q=1``; without any, its own GET routes."""
    prompts: str | None = None
    """A directory with prompt templates of the team's own, relative to the project."""
    prices: Mapping[str, tuple[Price, Price]] = {}
    """What models cost, in any currency per million tokens: of prompt, of completion."""
    models: Mapping[str, ModelProfile] = {}
    """Models that ``--profile`` names."""
    limits: Amounts = {}  # noqa: RUF012 - pydantic copies it
    """What one run may spend on models."""
    change_set_limits: Amounts = {}  # noqa: RUF012
    """What a run may spend on one change set."""
    allow_dependencies: tuple[str, ...] = ()
    """Distributions a conversion may add, beyond those the project declares."""

    def anchored(self, root: Path) -> Config:
        """Give these settings with the rule directories, relative to ``root``, made absolute.

        A copy of a project does not hold them all: they may be hidden, or lie outside.
        """
        rules = tuple(str(root / name) for name in self.rules)
        return self.model_copy(update={"rules": rules})


def load_config(root: Path) -> Config:
    """Read the settings of the project at ``root``; raises `UsageError` on a wrong one."""
    path = root / "pyproject.toml"
    if not path.is_file():
        return Config()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from error
    try:
        return Config.model_validate(_table(data))
    except ValidationError as error:
        raise UsageError(f"{path}, [tool.refactor-agent]{_first_fault(error)}") from error


def _table(data: dict[str, Any]) -> object:
    tool = data.get("tool", {})
    return tool.get("refactor-agent", {}) if isinstance(tool, dict) else {}


def _first_fault(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    if not first["loc"]:
        return " must be a table"
    key = ".".join(str(step) for step in first["loc"])
    if first["type"] == "extra_forbidden" and len(first["loc"]) > 1:
        return f" has no key {key}"
    if first["type"] == "extra_forbidden":
        known = [name.replace("_", "-") for name in Config.model_fields]
        near = difflib.get_close_matches(key, known, n=3) or known
        return f" has no key {key}; did you mean {', '.join(near)}?"
    return f" {key}: {first['msg'][0].lower()}{first['msg'][1:]}"
