"""A real application, as its file describes it: where it comes from and how its tests run."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from eval.runs.values import Split, digest
from pydantic import Field

from refactor_agent.domain.values import Value

__all__ = ["APPS", "App", "read_apps"]

APPS = Path(__file__).parent / "apps"


class App(Value):
    """What must be known of an application; nothing here tells what blocks in it."""

    name: str
    """Of its distribution on the index."""
    version: str
    sha256: str
    """Of its source distribution, which holds the tests."""
    about: str
    split: Split
    tests: str
    """The command that runs its tests, in its root; pytest's, so that outcomes can be told apart.

    What is deselected needs a network, or fails on the untouched application.
    """
    requirements: tuple[str, ...] = Field(min_length=1)
    """Pinned, for the environment of the tests."""

    @property
    def digest(self) -> str:
        """Give what tells whether a result is about the same question."""
        return digest(self.sha256, self.tests, *self.requirements)


def read_apps() -> Iterator[App]:
    """Read all, in the order of their names."""
    for path in sorted(APPS.glob("*.toml")):
        yield App.model_validate({"name": path.stem, **tomllib.loads(path.read_text("utf-8"))})
