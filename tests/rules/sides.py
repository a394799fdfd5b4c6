"""Both sides of an example, run."""

from __future__ import annotations

import asyncio
import gc
import warnings
from urllib.error import HTTPError

from refactor_agent.data import data_dir
from refactor_agent.rulebook.load import read_rule


def sides(file: str, title: str) -> tuple[str, str]:
    rule = read_rule(data_dir("rules") / file, file)
    (example,) = (example for example in rule.examples if example.title == title)
    return example.of("before")[0].code, example.of("after")[0].code


def run(code: str, function: str, *arguments: object) -> object:
    """Give the result, or the family of the exception: their classes differ by library."""
    space: dict[str, object] = {}
    exec(compile(code, "example", "exec"), space)  # noqa: S102 - the examples are our own
    owner, _, method = function.rpartition(".")
    called = getattr(space[owner](), method) if owner else space[function]
    try:
        return asyncio.run(called(*arguments))
    except Exception as error:  # noqa: BLE001 - any exception is an outcome to compare
        if isinstance(error, HTTPError):
            error.close()
        return "raised ValueError" if isinstance(error, ValueError) else "raised"
    finally:
        if "PerLoop" in code:
            del called
            _end_of_process(space)


def _end_of_process(space: dict[str, object]) -> None:
    """Drop a module's clients, which live as long as it does: nothing closes their connections.

    Left to itself, the collector does it, and the warnings come up in some later test.
    """
    space.clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
