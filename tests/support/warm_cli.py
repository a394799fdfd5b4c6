"""The command line in a process that starts with everything imported.

A run imports for seconds before it does anything, and hundreds of tests begin runs. A server that
has imported it all forks the process of each command; from there on it is as any other: with its
own environment, directory, output and end.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

__all__ = ["run_warm"]

_IMPORTED = ["refactor_agent.graph", "refactor_agent.cli", "openai", "support.driven_cli"]
_SERVED = multiprocessing.get_context("forkserver")
_SERVED.set_forkserver_preload(_IMPORTED)


def run_warm(
    arguments: Sequence[str], cwd: Path, env: Mapping[str, str], seconds: float
) -> tuple[int, str, str]:
    """Run ``driven_cli.py`` with ``arguments`` to its end; gives its code, output and errors.

    Raises `subprocess.TimeoutExpired` after ``seconds``, when the process has been killed.
    """
    with tempfile.TemporaryDirectory(prefix="warm-cli-") as directory:
        out, err = Path(directory, "out"), Path(directory, "err")
        process = _SERVED.Process(target=_main, args=(list(arguments), cwd, dict(env), out, err))
        process.start()
        code = _code(process, seconds, arguments)
        return code, out.read_text(), err.read_text()


def _code(process: ForkServerProcess, seconds: float, arguments: Sequence[str]) -> int:
    try:
        process.join(seconds)
        if process.exitcode is None:
            raise subprocess.TimeoutExpired(list(arguments), seconds)
        return process.exitcode
    finally:
        process.kill()
        process.join()
        process.close()


def _main(arguments: list[str], cwd: Path, env: dict[str, str], out: Path, err: Path) -> None:
    """Be the process that the command line would be."""
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    for number, path in ((1, out), (2, err)):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    sys.argv = ["refactor-agent", *arguments]
    from support.driven_cli import drive

    try:
        drive()
    finally:
        atexit._run_exitfuncs()  # what such a process would leave undone
