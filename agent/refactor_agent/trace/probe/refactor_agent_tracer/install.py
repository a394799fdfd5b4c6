"""Puts the tracer in place once asyncio is there."""

from __future__ import annotations

import atexit
import os
import sys

from .sleep import audit_sleep
from .tracer import Tracer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from .log import Log

__all__ = ["install_tracer"]


def install_tracer(log: Log, threshold: float, events: Any) -> None:
    """Trace what runs on loops from now on; ``events`` is the module `asyncio.events`."""
    tracer = Tracer(log, threshold)
    tracer.watch_asyncio(events)
    sys.addaudithook(tracer.primitives.hook)
    audit_sleep(tracer.primitives.hook)
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
