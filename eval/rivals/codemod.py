"""asyncify-codemod, of one version, from an environment of its own."""

from __future__ import annotations

import subprocess
import venv
from pathlib import Path

from eval.runs.pinned import alone, pip

__all__ = ["Codemod"]

_PINNED = "asyncify-codemod==0.5.0"


class Codemod:
    """The program, installed when it is first needed."""

    def __init__(self, directory: Path) -> None:
        """Keep its environment in ``directory``; one that is complete is used again."""
        self._directory = directory

    def convert(self, project: Path) -> None:
        """Let it edit every file that is no test; raises `CalledProcessError` when it breaks."""
        files = [
            str(path)
            for path in sorted(project.rglob("*.py"))
            if not {"tests", "test"} & set(path.relative_to(project).parts[:-1])
            and not path.name.startswith("test_")
        ]
        subprocess.run([str(self._program()), *files], check=True, capture_output=True)

    def _program(self) -> Path:
        bin_ = self._directory / "bin"
        with alone(self._directory):
            if not (bin_ / "asyncify-codemod").exists():
                venv.create(self._directory, with_pip=True)
                pip(str(bin_ / "python"), "install", _PINNED)
        return bin_ / "asyncify-codemod"
