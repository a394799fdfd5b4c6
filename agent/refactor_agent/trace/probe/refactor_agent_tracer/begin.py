"""Starts with the interpreter, and waits for asyncio: programs without it pay next to nothing."""

from __future__ import annotations

import os

from . import watchdog as _bound_before_gevent_replaces_threads  # noqa: F401
from .log import Log
from .on_import import when_imported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["begin"]

_SETTINGS = "REFACTOR_AGENT_TRACE"
"""Environment variable: the threshold in seconds, a colon, the directory of the logs."""


def begin() -> None:
    """Start tracing when the environment asks for it; a fault goes to the log and nowhere else."""
    threshold, _, directory = os.environ.get(_SETTINGS, "").partition(":")
    if not directory:
        return
    log = Log(directory)

    def install(events: Any) -> None:
        try:
            from .install import install_tracer  # noqa: PLC0415 - only programs with a loop need it

            install_tracer(log, float(threshold), events)
        except Exception as error:  # noqa: BLE001 - the program must run as if nobody looked
            log.tell_fault(f"{type(error).__name__}: {error}")

    log.tell_start()
    when_imported("asyncio.events", install)
