"""Work that is done while the program goes on, and that its end waits for."""

from __future__ import annotations

import atexit
import multiprocessing
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.process import BaseProcess

__all__ = ["do_beside", "settle", "start_beside"]

_WORKING: list[BaseProcess] = []


def do_beside(work: Callable[[], object]) -> None:
    """Do ``work`` in a process that knows what this one knows now.

    Where processes can't share memory, it is done here.
    """
    if not sys.platform.startswith("linux"):
        work()
        return
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    _WORKING.append(process)
    # Before the handler of `multiprocessing`, which ends processes that this one may wait for.
    atexit.register(settle)


def start_beside(work: Callable[[], bytes]) -> Callable[[], bytes]:
    """Do ``work`` in such a process; gives what waits for its result.

    Where that process fails, it is done again here, and shows why.
    """
    if not sys.platform.startswith("linux"):
        return work
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)

    def send() -> None:
        with suppress(Exception):
            theirs.send_bytes(work())

    process = context.Process(target=send, daemon=True)
    process.start()
    theirs.close()

    def result() -> bytes:
        with ours:
            try:
                return ours.recv_bytes()
            except EOFError:
                return work()
            finally:
                process.join()

    return result


def settle() -> None:
    """Wait until all such work is done."""
    while _WORKING:
        _WORKING.pop().join()
