"""Gets a package's source distribution and makes an environment for its tests, each once."""

from __future__ import annotations

import sys
from pathlib import Path

from eval.runs import environments
from eval.runs.pinned import archive
from eval.suites.twins.package import Package

__all__ = ["environment", "source", "sync_source"]

_HARNESS = ("pytest-timeout==2.4.0", "blockbuster==1.5.29")
"""What the harness itself needs beside a package's own requirements."""


def source(package: Package, cache: Path) -> Path:
    """Give the unpacked source distribution; raises `CalledProcessError` when pip can't get it."""
    if package.directory:
        return package.base / package.directory
    return archive(package.distribution, package.version, package.sha256, cache)


def sync_source(package: Package, cache: Path) -> Path:
    """Give the source distribution of the sync side: mostly the same one."""
    if not package.sync_distribution:
        return source(package, cache)
    return archive(package.sync_distribution, package.sync_version, package.sync_sha256, cache)


def environment(package: Package, cache: Path) -> Path:
    """Give the interpreter of an environment with what the package's tests need."""
    if package.directory and not package.requirements:
        return Path(sys.executable)
    itself = () if package.directory else (f"{package.distribution}=={package.version}",)
    wanted = (*itself, *package.requirements, *_HARNESS)
    return environments.environment(cache / "twins", package.distribution, wanted)
