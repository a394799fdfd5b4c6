"""asyncify-codemod, of one version, from an environment of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

from eval.runs.environments import environment

__all__ = ["Codemod"]

_PINNED = "asyncify-codemod==0.5.0"


class Codemod:
    """The program, installed when it is first needed."""

    def __init__(self, directory: Path) -> None:
        """Keep its environment in ``directory``; one that is complete is used again."""
        self._directory = directory

    def convert(self, project: Path) -> None:
        """Let it edit every file that is no test; raises `CalledProcessError` when it breaks."""
        program = environment(self._directory, "codemod", [_PINNED]).with_name("asyncify-codemod")
        files = [
            str(path)
            for path in sorted(project.rglob("*.py"))
            if not {"tests", "test"} & set(path.relative_to(project).parts[:-1])
            and not path.name.startswith("test_")
        ]
        subprocess.run([str(program), *files], check=True, capture_output=True)
