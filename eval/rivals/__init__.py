"""What people would use instead to convert: each edits a project's directory in place."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from eval.rivals.codemod import Codemod
from eval.rivals.to_thread import wrap_in_threads

__all__ = ["rivals", "why_it_broke"]


def rivals(cache: Path) -> Mapping[str, Callable[[Path], None]]:
    """Give each by the name it has among the peers; ``cache`` keeps what they need installed."""
    return {
        "to-thread": wrap_in_threads,
        "asyncify-codemod": Codemod(cache / "asyncify-codemod").convert,
    }


def why_it_broke(error: subprocess.CalledProcessError) -> str:
    """Give one line for a rival that fell over: the last that it said."""
    heard = error.stderr or b""
    text = heard if isinstance(heard, str) else heard.decode(errors="replace")
    said = text.strip().splitlines()
    return f"it broke: {said[-1] if said else error.returncode}"
