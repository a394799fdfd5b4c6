"""Labelled sites, as people read them out of real packages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

__all__ = ["Label", "package_root", "read_labels"]


class Label(NamedTuple):
    """One site: where an async function enters a path to a blocking call, or seems to."""

    package: str
    file: str
    line: int
    kind: str
    """``direct``, ``transitive`` or ``negative``."""
    chain: tuple[str, ...]


def read_labels(file: Path) -> list[Label]:
    """Read the labels of ``file``; raises `OSError` or `KeyError` for what is no such file."""
    return [
        Label(site["package"], site["file"], site["line"], site["kind"], tuple(site["chain"]))
        for site in json.loads(file.read_text(encoding="utf-8"))
    ]


def package_root(directory: Path, labels: Sequence[Label]) -> Path:
    """Find the directory that the labels' paths start from: a wheel's root or an sdist's folder."""
    places = [directory, *(place for place in sorted(directory.iterdir()) if place.is_dir())]
    for place in places:
        if all((place / label.file).is_file() for label in labels):
            return place
    raise FileNotFoundError(f"{directory} does not hold the labelled files")
