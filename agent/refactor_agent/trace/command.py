"""Runs the command that is to be traced."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from refactor_agent.errors import UsageError
from refactor_agent.trace.environment import tracing_environment
from refactor_agent.trace.reading import read_recording
from refactor_agent.trace.recording import Recording

__all__ = ["Traced", "run_traced"]

_PASSED_ON = ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")


@dataclass(frozen=True, slots=True)
class Traced:
    """How the command ended, and what the tracer saw."""

    exit_code: int
    """As a shell gives it: 128 and the signal's number where a signal ended it."""
    recording: Recording


def run_traced(command: Sequence[str], threshold: float) -> Traced:
    """Run ``command`` on this terminal until it ends; ``threshold`` is in seconds.

    Raises `UsageError` when it can't be started.
    """
    with tempfile.TemporaryDirectory(prefix="refactor-agent-trace-") as name:
        directory = Path(name)
        environment = tracing_environment(directory, threshold, os.environ)
        code = _run(command, environment)
        return Traced(code, read_recording(directory / "logs", threshold))


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    try:
        process = subprocess.Popen(command, env=environment)
    except OSError as error:
        raise UsageError(f"{command[0]} can't be started: {error.strerror or error}") from error
    with _signals_for(process):
        code = process.wait()
    return 128 - code if code < 0 else code


@contextmanager
def _signals_for(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Leave signals to the command. Ctrl-C reaches it by itself; others are passed on."""

    def pass_on(number: int, _frame: FrameType | None) -> None:
        process.send_signal(number)

    numbers = [getattr(signal, name) for name in _PASSED_ON if hasattr(signal, name)]
    before = {number: signal.signal(number, pass_on) for number in numbers}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
