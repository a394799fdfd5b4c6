"""A real application, as its file describes it: where it comes from and how its tests run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Self

from eval.runs.manifest import read_manifest
from eval.runs.values import Split, digest
from pydantic import Field, model_validator

from refactor_agent.domain.values import Value

__all__ = ["APPS", "App", "read_apps"]

APPS = Path(__file__).parent / "apps"


class App(Value):
    """What must be known of an application; nothing here tells what blocks in it."""

    name: str
    """Of its distribution on the index."""
    version: str = ""
    sha256: str = ""
    """Of its source distribution, which holds the tests."""
    directory: str = ""
    """Where it lies, seen from its file, for one that is on no index."""
    file: Path = Path()
    """What describes it."""
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
        own = (path.read_bytes() for path in sorted(self.root.rglob("*.py")) if self.directory)
        return digest(self.sha256, self.tests, *self.requirements, *own)

    @property
    def root(self) -> Path:
        """Give where one lies that is on no index."""
        return self.file.parent / self.directory

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if self.directory and not self.root.is_dir():
            raise ValueError(f"{self.root} is no directory")
        if not self.directory and not (self.version and self.sha256):
            raise ValueError("it needs a version and the sha256 of its archive, or a directory")
        return self


def read_apps(directory: Path = APPS) -> Iterator[App]:
    """Read all of ``directory``, in the order of their names; raises `ValueError`."""
    for path in sorted(directory.glob("*.toml")):
        yield read_manifest(App, path, name=path.stem, file=path)
