"""Both sides of an example, run."""

from __future__ import annotations

import ast
import asyncio

from refactor_agent.data import data_dir
from refactor_agent.rulebook import Example
from refactor_agent.rulebook.load import read_rule


def sides(file: str, title: str) -> tuple[str, str]:
    """Give the code before and after."""
    example = _example(file, title)
    return example.of("before")[0].code, example.of("after")[0].code


def calls(file: str, title: str) -> list[str]:
    """Give the calls that the page makes of both sides."""
    (block,) = _example(file, title).of("calls")
    return [ast.unparse(node) for node in ast.parse(block.code).body]


def run(code: str, call: str, **names: object) -> object:
    """Give the result, or the family of the exception: their classes differ by library."""
    space: dict[str, object] = {}
    exec(compile(code, "example", "exec"), space)  # noqa: S102 - the examples are our own
    space.update(names)
    try:
        return asyncio.run(eval(call, space))  # noqa: S307 - as above
    except Exception as error:  # noqa: BLE001 - any exception is an outcome to compare
        return "raised ValueError" if isinstance(error, ValueError) else "raised"


def _example(file: str, title: str) -> Example:
    rule = read_rule(data_dir("rules") / file, file)
    (example,) = (example for example in rule.examples if example.title == title)
    return example
