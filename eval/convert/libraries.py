"""The libraries that a package to convert declares, installed as its users would have them.

What becomes async is read from the source of the libraries that the leaves name. A source
distribution comes without an environment, so the ones that its metadata declares are fetched once:
wheels only, which run no code, and never the package itself.
"""

from __future__ import annotations

import email
import hashlib
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Collection, Iterator
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

__all__ = ["interpreter_with"]

_SECONDS = 180


def interpreter_with(source: Path, roots: Collection[str]) -> str | None:
    """Give a Python that has the packages ``roots``, as far as ``source`` declares them.

    ``None`` when it declares none of them, or when they can't be fetched, which is told.
    """
    wanted = sorted(_declared(source, {root.lower() for root in roots}))
    if not wanted:
        return None
    key = hashlib.sha256("\n".join([sys.version, *wanted]).encode()).hexdigest()[:16]
    place = _cache() / key
    python = place / "bin" / "python"
    if not (place / "complete").exists():
        venv.create(place, with_pip=True, clear=True)
        command = [
            str(python), "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
            "--no-deps", "--only-binary", ":all:", *wanted,
        ]  # fmt: skip
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)
        except subprocess.SubprocessError as error:
            print(f"going on without {', '.join(wanted)}: {error}", file=sys.stderr)
            return None
        _show(python, sysconfig.get_path("purelib"))
        (place / "complete").touch()
    return str(python)


def _show(python: Path, packages: str) -> None:
    """Let ``python`` see what is installed here, too, after its own."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    done = subprocess.run([str(python), "-I", "-c", code], check=True, capture_output=True)
    (Path(done.stdout.decode().strip()) / "beside.pth").write_text(f"{packages}\n", "utf-8")


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME")
    base = Path(home) if home else Path(tempfile.gettempdir())
    return base / "refactor-agent-eval" / "libraries"


def _declared(source: Path, roots: Collection[str]) -> Iterator[str]:
    """Give the requirements, extras included, whose names are those of imported packages."""
    metadata = source / "PKG-INFO"
    if not metadata.is_file():
        return
    message = email.message_from_string(metadata.read_text("utf-8", errors="replace"))
    own = _normal(message.get("Name", ""))
    seen: set[str] = set()
    for line in message.get_all("Requires-Dist", []):
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        name = _normal(requirement.name)
        if name != own and name not in seen and _is_of(name, roots):
            seen.add(name)
            yield f"{requirement.name}{requirement.specifier}"


def _is_of(distribution: str, roots: Collection[str]) -> bool:
    """Say whether a distribution is likely to hold one of the packages: ``grpc`` in grpcio."""
    words = distribution.split("-")
    return any(
        root == distribution.replace("-", "_")
        or root in words
        or distribution in {f"{root}io", f"py{root}"}
        for root in roots
    )


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
