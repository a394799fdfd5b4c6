"""What a program needs in its environment to be traced."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

__all__ = ["tracing_environment"]

_PROBE = Path(__file__).parent / "probe"
_SETTINGS = "REFACTOR_AGENT_TRACE"


def tracing_environment(
    directory: Path, threshold: float, environment: Mapping[str, str]
) -> dict[str, str]:
    """Put the tracer into ``directory`` and give ``environment`` with what starts it.

    A copy, because the target's Python leaves its bytecode beside it, and because the private
    directory shields it from others. Logs go to ``directory / "logs"``.
    """
    path = directory / "path"
    shutil.copytree(_PROBE, path, ignore=shutil.ignore_patterns("__pycache__"))
    (path / "__init__.py").unlink()
    logs = directory / "logs"
    logs.mkdir(mode=0o700)
    before = environment.get("PYTHONPATH")
    return {
        **environment,
        "PYTHONPATH": f"{path}{os.pathsep}{before}" if before else str(path),
        _SETTINGS: f"{threshold!r}:{logs}",
    }
