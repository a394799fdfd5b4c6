"""A package that ships a sync and an async side, as its file describes it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from eval.runs.manifest import read_manifest
from eval.runs.values import Split
from pydantic import Field

from refactor_agent.domain.values import Value

__all__ = ["LOCAL", "PACKAGES", "Mode", "Package", "Pair", "read_package", "read_packages"]

PACKAGES = Path(__file__).parent / "packages"
LOCAL = Path(__file__).parents[2] / "corpus"

Mode = Literal["plain", "strict"]
"""How the tests run: as they are, or failing where converted code blocks the running loop."""


class Pair(Value):
    """A sync file and its async twin; with classes, where both sides stand in one file."""

    sync: str
    aio: str = Field(alias="async")
    classes: Mapping[str, str] = {}
    """Sync class or function to its async twin, both at the top of the file."""
    text: tuple[tuple[str, str], ...] = ()
    """What `Package.text` is, for this file alone."""
    dropped: tuple[str, ...] = ()
    """Methods that are no twins, by dotted name: they are left out of what is converted."""
    kept: tuple[str, ...] = ()
    """Methods that are converted, but whose async version stays, for what that side alone has."""


class Package(Value):
    """What must be known of a package. Nothing here tells a converter what becomes async."""

    distribution: str
    version: str
    sha256: str = ""
    """Of the source distribution: what is measured never changes."""
    directory: str = ""
    """Under ``base``, for one that needs no network: it lies in the project, and is tested with the
    interpreter that runs this."""
    sync_distribution: str = ""
    """Where the sync side is another distribution: what was forked by hand."""
    sync_version: str = ""
    sync_sha256: str = ""
    split: Split
    tests: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    """For pytest, beside those that the harness gives."""
    requirements: tuple[str, ...]
    """Pinned, for the environment of the tests."""
    only_async: bool = False
    """Run only tests that are coroutines, where one file tests both sides."""
    source_root: str = "."
    files: Mapping[str, str] = {}
    """What the tests need and the source distribution left out: paths to texts."""
    removed: tuple[str, ...] = ()
    """Answers that a converter must not see, beside the async files and their tests."""
    entry_points: tuple[str, ...] = ()
    leaves: Mapping[str, str] = {}
    """What a user's own rules would say: the sync call at the bottom, and its async twin."""
    names: Mapping[str, str] = {}
    """What the async side calls the same things: names not behind a dot."""
    members: Mapping[str, str] = {}
    """The same for what stands behind a dot or a ``def``."""
    text: tuple[tuple[str, str], ...] = ()
    """Regular expressions and what they become, for what names can't say."""
    pair: tuple[Pair, ...]
    base: Path = LOCAL
    """What ``directory`` is under."""
    passes: Mapping[str, int]
    """Recorded numbers of passed tests: by mode on the untouched package, and with ``_null`` of
    the sync code in the async side's place."""

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The modes that it can be asked in: those that counts are recorded of."""
        modes: tuple[Mode, ...] = ("plain", "strict")
        return tuple(mode for mode in modes if mode in self.passes)

    @property
    def roots(self) -> tuple[str, ...]:
        """The directories that imports start from."""
        return tuple(part or "." for part in self.source_root.split(":"))


def read_package(path: Path) -> Package:
    """Read one file; raises `ValueError` for what is wrong in it."""
    return read_manifest(Package, path, base=LOCAL if path.parent == PACKAGES else path.parent)


def read_packages(directory: Path = PACKAGES) -> dict[str, Package]:
    """Give every package of ``directory`` by the name of its file."""
    return {path.stem: read_package(path) for path in sorted(directory.glob("*.toml"))}
