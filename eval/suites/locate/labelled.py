"""Packages whose sites were labelled by reading: where they come from, and what was read."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from eval.locate.packages import find_packages
from eval.runs.pinned import archive
from eval.runs.values import Setting, Split, digest

__all__ = ["PACKAGES", "Labelled", "Site", "labelled"]

PACKAGES = Path(__file__).parent / "packages"


@dataclass(frozen=True)
class Site:
    """A place in an async function: one that blocks, or one that looks as if it did."""

    file: str
    line: int
    kind: Literal["direct", "transitive", "negative"]
    chain: tuple[str, ...]
    """From the async function to the call that blocks, or that would, were it one."""
    note: str
    """What the reader saw."""


@dataclass(frozen=True)
class Labelled:
    """A package and its sites."""

    name: str
    split: Split
    origin: str
    """Version and hash, or the directory that a user gave."""
    sites: tuple[Site, ...]
    version: str = ""
    sha256: str = ""
    directory: Path | None = None

    def root(self, cache: Path) -> Path:
        """Give the directory of its source; raises `CalledProcessError` when it can't be had."""
        return self.directory or archive(self.name, self.version, self.sha256, cache)

    def digest(self, site: Site) -> str:
        """Give what tells whether a result is about the same question."""
        return digest(self.origin, site.file, str(site.line), site.kind, *site.chain)


def labelled(setting: Setting) -> Sequence[Labelled]:
    """Give the packages that a user names with ``--labels`` and ``--packages``, else our own."""
    if setting.labels and setting.packages:
        return list(_given(setting.labels, setting.packages))
    return [_ours(path) for path in sorted(PACKAGES.iterdir()) if path.is_dir()]


def _ours(path: Path) -> Labelled:
    about = tomllib.loads((path / "package.toml").read_text(encoding="utf-8"))
    rows = json.loads((path / "sites.json").read_bytes())
    version, sha256 = about["version"], about["sha256"]
    origin = f"{version} {sha256}"
    return Labelled(path.name, about["split"], origin, _sites(rows), version, sha256)


def _given(labels: Path, packages: Path) -> Iterator[Labelled]:
    rows = json.loads(labels.read_bytes())
    by_package: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_package.setdefault(row["package"], []).append(row)
    files = {name: {row["file"] for row in found} for name, found in by_package.items()}
    for package in find_packages(packages, files):
        if sites := by_package.get(package.name):
            root = Path(package.root)
            yield Labelled(package.name, "dev", str(root), _sites(sites), directory=root)


def _sites(rows: Sequence[dict[str, str]]) -> tuple[Site, ...]:
    return tuple(
        Site(row["file"], int(row["line"]), _kind(row["kind"]), tuple(row["chain"]), row["note"])
        for row in rows
    )


def _kind(text: str) -> Literal["direct", "transitive", "negative"]:
    if text == "direct" or text == "transitive" or text == "negative":  # noqa: PLR1714 - narrows
        return text
    raise ValueError(f"{text!r} is no kind of site: direct, transitive or negative")
