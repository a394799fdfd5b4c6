"""Gets a package's source distribution and makes an environment for its tests, each once."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eval.runs.values import digest
from eval.suites.twins.package import LOCAL, Package

__all__ = ["environment", "source", "sync_source"]

_HARNESS = ("pytest-timeout==2.4.0", "blockbuster==1.5.29")
"""What the harness itself needs beside a package's own requirements."""


def source(package: Package, cache: Path) -> Path:
    """Give the unpacked source distribution; raises `CalledProcessError` when pip can't get it.

    pip compares the archive with the digest that the package's file names.
    """
    if package.directory:
        return LOCAL / package.directory
    return _unpacked(package.distribution, package.version, package.sha256, cache)


def sync_source(package: Package, cache: Path) -> Path:
    """Give the source distribution of the sync side: mostly the same one."""
    if not package.sync_distribution:
        return source(package, cache)
    return _unpacked(package.sync_distribution, package.sync_version, package.sync_sha256, cache)


def _unpacked(distribution: str, version: str, sha256: str, cache: Path) -> Path:
    place = cache / "twins" / f"{distribution}-{version}-{sha256[:12]}"
    with _alone(place):
        if not place.exists():
            with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
                wanted = f"{distribution}=={version} --hash=sha256:{sha256}\n"
                _download(wanted, distribution, Path(scratch)).rename(place)
    return place


def _download(requirement: str, distribution: str, scratch: Path) -> Path:
    wanted = scratch / "wanted.txt"
    wanted.write_text(requirement)
    _pip(
        sys.executable, "download", "--no-deps", "--no-binary", distribution, "--require-hashes",
        "--dest", str(scratch / "archive"), "--requirement", str(wanted),
    )  # fmt: skip
    (archive,) = (scratch / "archive").iterdir()
    shutil.unpack_archive(archive, scratch / "unpacked")
    (root,) = (scratch / "unpacked").iterdir()
    return root


def environment(package: Package, cache: Path) -> Path:
    """Give the interpreter of an environment with what the package's tests need."""
    if package.directory:
        return Path(sys.executable)
    wanted = (f"{package.distribution}=={package.version}", *package.requirements, *_HARNESS)
    place = cache / "twins" / f"env-{package.distribution}-{digest(sys.version, *wanted)}"
    python = place / "bin" / "python"
    with _alone(place):
        if not (place / "complete").exists():
            shutil.rmtree(place, ignore_errors=True)
            venv.create(place, with_pip=True)
            _pip(str(python), "install", *wanted)
            (place / "complete").touch()
    return python


def _pip(python: str, *arguments: str) -> None:
    command = [python, "-I", "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Keep other processes from making the same thing meanwhile."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.with_name(f"{place.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
