"""Runs functions under blockbuster, in an environment and a process of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.locate.finding import Finding
from eval.runs.environments import environment

from refactor_agent.verify.isolation import find_isolation

__all__ = ["DRIVER", "PINNED", "Blockbuster"]

PINNED = ("blockbuster==1.5.29", "forbiddenfruit==0.1.4")
DRIVER = Path(__file__).parent / "under_blockbuster.py"
_SECONDS = 40
_MARK = "stopped at"


class Blockbuster:
    """blockbuster, installed when it is first needed."""

    def __init__(self, cache: Path) -> None:
        """Keep the environment in ``cache``; one that is there is used again."""
        self._python = str(environment(cache, "blockbuster", PINNED))
        self._isolation = find_isolation(self._python)

    def run(self, root: Path, entries: Sequence[str]) -> list[Finding]:
        """Call each of ``entries``, ``module:name`` below ``root``; give the places it objects to.

        Within walls, where the system has them. A function that holds its loop for good, unseen, is
        ended. Raises `CalledProcessError` when the driver fails.
        """
        words = [self._python, "-c", DRIVER.read_text(encoding="utf-8"), *entries]
        try:
            text = subprocess.run(
                self._isolation.command(words, root, root),
                cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, check=True,
                timeout=_SECONDS, env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
            ).stdout  # fmt: skip
        except subprocess.TimeoutExpired as late:
            text = late.stdout or b""
        return list(_findings(text.decode(errors="replace")))


def _findings(text: str) -> Iterator[Finding]:
    """Read what the driver printed; constructs print lines of their own."""
    for line in text.splitlines():
        if line.startswith(f'{{"{_MARK}": '):
            file, number = json.loads(line)[_MARK]
            yield Finding(file, number, "BlockingError")
