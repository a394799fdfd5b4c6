"""Calls async functions under blockbuster, and prints where each was stopped, a line of JSON each.

A program of its own, for an interpreter that has blockbuster: ``python -c TEXT module:name …`` in
the directory that holds the modules. A function runs in a loop of its own until it ends, blocks, or
takes too long; what else goes wrong in it is no finding.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import os
import sys
from types import TracebackType

from blockbuster import BlockingError, blockbuster_ctx

_MARK = "stopped at"
_SECONDS = 5
_ASYNC = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


async def call(entry: object) -> None:
    """Run a coroutine function, or an async generator to its end."""
    made = entry()  # type: ignore[operator]
    if inspect.isasyncgen(made):
        async for _ in made:
            pass
    else:
        await made


def place(error: BlockingError) -> tuple[str, int] | None:
    """Give the innermost async function's file and line, below the working directory.

    The body of a class that stands in it is its own code.
    """
    found = None
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        file = os.path.relpath(code.co_filename)
        is_async = bool(code.co_flags & _ASYNC) and not file.startswith("..")
        is_class = not code.co_flags & inspect.CO_OPTIMIZED
        if is_async or (is_class and found is not None and file == found[0]):
            found = (file, trace.tb_lineno)
        trace = trace.tb_next
    return found


def driven(entry: object) -> tuple[str, int] | None:
    """Run it; give where blockbuster stopped it."""
    try:
        with blockbuster_ctx():
            asyncio.run(asyncio.wait_for(call(entry), _SECONDS))
    except BlockingError as error:
        return place(error)
    except BaseException as error:  # noqa: BLE001 - what a construct raises is its own affair
        print(type(error).__name__, file=sys.stderr)
    return None


def main() -> None:
    """Import, then call: what blocks at import holds no loop."""
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - as the constructs' own modules would see it
    for name in sys.argv[1:]:
        module, _, function = name.partition(":")
        stopped = driven(getattr(importlib.import_module(module), function))
        if stopped is not None:
            print(json.dumps({_MARK: stopped}), flush=True)
    os._exit(0)  # threads that a construct left running are not waited for


if __name__ == "__main__":
    main()
