"""Puts the tracer in place when the interpreter starts, without a trace on its streams."""

from __future__ import annotations

import atexit
import os
import sys

from .log import Log
from .on_import import when_imported
from .tracer import Tracer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

__all__ = ["begin"]

_SETTINGS = "REFACTOR_AGENT_TRACE"
"""Environment variable: the threshold in seconds, a colon, the directory of the logs."""


def begin() -> None:
    """Start tracing when the environment asks for it; a fault goes to the log and nowhere else."""
    threshold, _, directory = os.environ.get(_SETTINGS, "").partition(":")
    if not directory:
        return
    log = Log(directory)
    try:
        _install(Tracer(log, float(threshold)))
    except Exception as error:  # noqa: BLE001 - the program must run as if nobody looked
        log.tell_fault(f"{type(error).__name__}: {error}")


def _install(tracer: Tracer) -> None:
    tracer.log.tell_start()

    def patch(events: Any) -> None:
        try:
            tracer.watch_asyncio(events)
        except Exception as error:  # noqa: BLE001 - as above
            tracer.log.tell_fault(f"{type(error).__name__}: {error}")

    when_imported("asyncio.events", patch)
    sys.addaudithook(tracer.primitives.hook)
    atexit.register(tracer.finish)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=tracer.before_fork,
            after_in_parent=tracer.after_fork_in_parent,
            after_in_child=tracer.after_fork_in_child,
        )
    _flush_before_exit(tracer)


def _flush_before_exit(tracer: Tracer) -> None:
    """`os._exit` skips `atexit`, and it is how children of `multiprocessing` end."""
    leave = os._exit

    def _exit(status: int) -> NoReturn:
        tracer.finish()
        leave(status)

    os._exit = _exit
