"""Tells whether what is installed is still the same. Standard library only."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["fingerprint"]

_INSTALLED = (".dist-info", ".egg-info", ".egg-link")


def fingerprint(packages: Sequence[str]) -> str:
    """Hash the interpreter, what is installed, and the files of ``packages``.

    Of other distributions the names and versions count; of files the size and the time, so that
    a package that was edited in place is another one.
    """
    total = hashlib.sha256(f"{sys.executable} {sys.version}".encode())
    for line in (*_installed(), *_files(packages)):
        total.update(f"{line}\n".encode(errors="surrogateescape"))
    return total.hexdigest()


def _installed() -> Iterator[str]:
    for directory in filter(os.path.isdir, sys.path):
        names = (path.name for path in Path(directory).iterdir())
        yield from sorted(name for name in names if name.endswith(_INSTALLED))


def _files(packages: Sequence[str]) -> Iterator[str]:
    for package in packages:
        spec = importlib.util.find_spec(package)
        if spec is None:
            yield f"no {package}"
            continue
        yield from _stats([Path(spec.origin)] if spec.origin else [])
        for place in spec.submodule_search_locations or ():
            for directory, below, names in os.walk(place):
                below[:] = sorted(name for name in below if name != "__pycache__")
                yield from _stats([Path(directory, name) for name in sorted(names)])


def _stats(paths: list[Path]) -> Iterator[str]:
    for path in paths:
        if path.is_file():
            status = path.stat()
            yield f"{path} {status.st_size} {status.st_mtime_ns}"
