"""An interpreter of a target's own that has pytest and little else."""

from __future__ import annotations

import shutil
import sys
import venv
from importlib.metadata import distribution
from pathlib import Path

__all__ = ["lean_python"]

_PYTEST = ("pytest", "pluggy", "iniconfig", "packaging", "pygments")


def lean_python(place: Path, *names: str) -> str:
    """Make an environment with pytest and the distributions ``names``; give its interpreter.

    They are copied from where they are installed here, with their compiled files and without what
    they need themselves. A target rarely has all the plugins of these tests, and they take seconds
    to import each time.
    """
    venv.create(place, with_pip=False)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = place / "lib" / version / "site-packages"
    for name in (*_PYTEST, *names):
        found = distribution(name)
        for file in found.files or ():
            if file.parts[0] != "..":
                (packages / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(str(found.locate_file(file)), packages / file)
    return str(place / "bin/python")
