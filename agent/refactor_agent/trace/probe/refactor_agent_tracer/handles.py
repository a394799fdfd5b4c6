"""Times every callback of asyncio's loops."""

# ruff: noqa: SLF001 - what is looked at here has no public name

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType
    from typing import Any

__all__ = ["cost_of_timing", "time_handles"]

_TIMED = """
def make(cells, enter, get_ident, clock, threshold, slow):
    def _run(self):
        cell = cells.get(get_ident()) or enter()
        outer = cell.began
        handle = self
        cell.began = began = clock()
        try:
            pass
        finally:
            cell.began = outer
            if not outer:
                held = clock() - began
                cell.busy += held
                cell.callbacks += 1
                if held >= threshold:
                    slow(cell, handle, began, held)
            handle = None
    return _run
"""


def time_handles(events: Any, **tools: Any) -> CodeType:
    """Make `asyncio.events.Handle._run` time itself; gives the code that runs callbacks.

    The original body stays, with its lines and columns, inside the timing: no further frame
    appears in tracebacks, and no further call has to be paid for. Where there is no source,
    a wrapper does.
    """
    original = events.Handle._run
    try:
        timed = _with_timing(events, original, tools)
    except (OSError, SyntaxError, ValueError, AttributeError, LookupError, TypeError):
        timed = _wrapped(original, tools)
    timed.__qualname__ = original.__qualname__
    events.Handle._run = timed
    code: CodeType = timed.__code__
    return code


def cost_of_timing(cell: Any, get_ident: Callable[[], int], clock: Callable[[], float]) -> float:
    """Measure what the timing adds to a callback, in seconds; ``cell`` is used for it.

    The best of a few short rounds, so that other threads don't count. A call is measured along,
    which the timing of real callbacks does without: the figure is a little high.
    """
    tools = {
        "cells": {get_ident(): cell},
        "enter": None,
        "get_ident": get_ident,
        "clock": clock,
        "threshold": 60.0,
        "slow": None,
    }
    timed = _made(compile(_TIMED, __file__, "exec"), {}, tools)
    rounds = []
    for _ in range(5):
        began = clock()
        for _ in range(100):
            timed(None)
        rounds.append((clock() - began) / 100)
    return min(rounds)


def _with_timing(events: Any, original: Any, tools: dict[str, Any]) -> Any:
    import ast  # noqa: PLC0415 - asyncio imports it a moment later

    body = _body(events, original)
    tree = ast.parse(_TIMED)
    for node in ast.walk(tree):
        if hasattr(node, "lineno"):
            line = original.__code__.co_firstlineno
            node.lineno, node.end_lineno = line, line  # type: ignore[attr-defined]
            node.col_offset, node.end_col_offset = 4, 4  # type: ignore[attr-defined]
    timing: Any = next(node for node in ast.walk(tree) if isinstance(node, ast.Try))
    timing.body = body
    return _made(compile(tree, original.__code__.co_filename, "exec"), events.__dict__, tools)


def _body(events: Any, original: Any) -> list[Any]:
    """Parse the original alone, standing where it stands in its file."""
    import ast  # noqa: PLC0415 - as above

    first = original.__code__.co_firstlineno
    source = events.__spec__.loader.get_source(events.__name__)
    lines = source.splitlines()[first - 1 :]
    indent = len(lines[0]) - len(lines[0].lstrip())
    end = next(
        (
            number
            for number, line in enumerate(lines)
            if number and line.strip() and len(line) - len(line.lstrip()) <= indent
        ),
        len(lines),
    )
    text = "\n" * (first - 2) + "class Handle:\n" + "\n".join(lines[:end]) + "\n"
    tree: Any = ast.parse(text)
    function = tree.body[0].body[0]
    if function.name != "_run" or function.lineno != first:
        raise ValueError("the source is not that of the code")
    body: list[Any] = function.body
    return body


def _wrapped(original: Callable[[Any], None], tools: dict[str, Any]) -> Any:
    text = _TIMED.replace("            pass\n", "            original(self)\n")
    return _made(compile(text, __file__, "exec"), {"original": original}, tools)


def _made(code: CodeType, names: dict[str, Any], tools: dict[str, Any]) -> Any:
    made: dict[str, Any] = {}
    exec(code, names, made)  # noqa: S102 - code of the standard library, with the timing around it
    return made["make"](**tools)
