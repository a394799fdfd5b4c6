"""Archives from the package index, pinned by version and hash, each fetched and unpacked once."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["alone", "archive", "pip"]


def archive(distribution: str, version: str, sha256: str, cache: Path) -> Path:
    """Give the unpacked wheel or source distribution that has this hash.

    Raises `CalledProcessError` when pip can't get it; pip compares the hash.
    """
    place = cache / "archives" / f"{distribution}-{version}-{sha256[:12]}"
    with alone(place):
        if not place.exists():
            with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
                _unpacked(f"{distribution}=={version}", sha256, Path(scratch)).rename(place)
    return place


def _unpacked(wanted: str, sha256: str, scratch: Path) -> Path:
    """Download; the interpreter that a wheel asks for need not be the one that runs this."""
    requirement = scratch / "wanted.txt"
    requirement.write_text(f"{wanted} --hash=sha256:{sha256}\n")
    download = (
        "download", "--no-deps", "--require-hashes", "--ignore-requires-python",
        "--dest", str(scratch / "archive"), "--requirement", str(requirement),
    )  # fmt: skip
    pip(sys.executable, *download)
    (found,) = (scratch / "archive").iterdir()
    place = scratch / "unpacked"
    if found.suffix == ".whl":
        with zipfile.ZipFile(found) as wheel:
            wheel.extractall(place)
        return place
    shutil.unpack_archive(found, place, filter="data")
    (root,) = place.iterdir()
    return root


def pip(python: str, *arguments: str) -> None:
    """Run pip of an interpreter, quietly; raises `CalledProcessError`."""
    command = [python, "-I", "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def alone(place: Path) -> Iterator[None]:
    """Keep other processes from making the same thing meanwhile."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.with_name(f"{place.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
