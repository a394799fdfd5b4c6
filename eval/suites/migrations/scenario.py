"""A published migration of a project from a sync HTTP library to an async one.

`scenarios.json` holds what was read out of the recorded runs of the published tool, in the
repository Nelsonmbigili/Replication_MigrateLib at ccdcc5a1, directory ``results``: of each scenario
requests or urllib3 → aiohttp that has tests which pass before, their number, how many of them pass
in the best of the tool's rounds, and how many warnings of that round say that a coroutine was never
awaited. ``environments/*.txt`` holds, for those that could be set up here, pinned requirements;
``setups.json`` says of each what came of setting it up.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from eval.runs.manifest import validated
from eval.runs.values import digest

from refactor_agent.domain.values import Value

__all__ = ["SCENARIOS", "Scenario", "Setup", "read_scenarios"]

SCENARIOS = Path(__file__).parent


class Setup(Value):
    """What came of setting a scenario up here, by the project's own files and by reading."""

    state: Literal["whole", "part", "none", "untried"] = "untried"
    """Its tests pass as published; some do not; none does."""
    why: str = ""
    python: str = ""
    """The version that its tests run with, as in ``3.11``; any if empty."""
    passed: int = 0
    """Tests that pass here on the untouched project."""
    settings: str = "PYTHONPATH=.:src"
    """What its tests need to find in the environment."""
    needs: tuple[str, ...] = ()
    """What its tests need and its files do not name."""


class Scenario(Value):
    """One project at one commit, and what the published tool made of it."""

    repository: str
    """``owner/name``."""
    commit: str
    source: str
    """The library to be left: requests or urllib3."""
    tests: int = 0
    """Tests that pass before, in the published run; none where nobody else migrated it."""
    published: int = 0
    """Of these, the ones that pass after the published tool's best round."""
    never_awaited: int = 0
    """Warnings of that round that betray tests which did not run what they call."""

    @property
    def id(self) -> str:
        """Give its name among the cases."""
        return f"{self.repository} {self.source}"

    @property
    def directory(self) -> str:
        """Give the name that its clone has among the packages a user gives."""
        return self.repository.replace("/", "@")

    requirements: tuple[str, ...] = ()
    """What its tests need, pinned; nothing where it was not set up."""
    setup: Setup = Setup()

    @property
    def test_command(self) -> str:
        """Give the command that runs its tests, in its root."""
        return f"{self.setup.settings} python -m pytest -p no:cacheprovider"

    @property
    def digest(self) -> str:
        """Give what tells whether a result is about the same question."""
        return digest(self.commit, self.source, *self.requirements)


def read_scenarios(directory: Path = SCENARIOS) -> Iterator[Scenario]:
    """Read all of ``directory``, in the order of their names; raises `ValueError`."""
    path = directory / "scenarios.json"
    if not path.exists():
        raise ValueError(f"{path} is missing; it lists repository, commit and source of each")
    try:
        rows = json.loads(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    setups = _setups(directory / "setups.json")
    for row in rows:
        one = validated(Scenario, path, row)
        pinned = directory / "environments" / f"{one.directory}.txt"
        wanted = tuple(pinned.read_text().split()) if pinned.exists() else ()
        setup = setups.get(one.id, Setup())
        yield one.model_copy(update={"requirements": wanted, "setup": setup})


def _setups(path: Path) -> Mapping[str, Setup]:
    """Read what came of setting scenarios up; a directory need not tell."""
    if not path.exists():
        return {}
    rows = json.loads(path.read_bytes())
    return {name: validated(Setup, path, row) for name, row in rows.items()}
