"""What `setup.cfg`, `setup.py` and a `Pipfile` say that the target depends on."""

from __future__ import annotations

import ast
import configparser
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from refactor_agent.tree import Tree

__all__ = ["Stated", "stated_elsewhere"]


class Stated(NamedTuple):
    """Requirements as they are written: what the target needs, and what parts of it do."""

    needed: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


def stated_elsewhere(tree: Tree) -> Iterator[Stated]:
    """Give what each of the files states; of a `setup.py` what is written out in it."""
    if tree.exists("setup.cfg"):
        yield _of_cfg(tree.read("setup.cfg").decode(errors="replace"))
    if tree.exists("setup.py"):
        yield _of_setup(tree.read("setup.py"))
    if tree.exists("Pipfile"):
        yield _of_pipfile(tree.read("Pipfile").decode(errors="replace"))


def _of_cfg(text: str) -> Stated:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
    except configparser.Error:
        return Stated()
    needed = parser.get("options", "install_requires", fallback="")
    extras = "options.extras_require"
    optional = [value for _, value in parser.items(extras)] if parser.has_section(extras) else []
    return Stated(tuple(needed.splitlines()), tuple("\n".join(optional).splitlines()))


def _of_setup(data: bytes) -> Stated:
    try:
        calls = [node for node in ast.walk(ast.parse(data)) if isinstance(node, ast.Call)]
    except (SyntaxError, ValueError):
        return Stated()
    given = {
        keyword.arg: _texts([keyword.value])
        for call in calls
        if ast.unparse(call.func).rpartition(".")[2] == "setup"
        for keyword in call.keywords
    }
    extras = (
        keyword.value
        for call in calls
        for keyword in call.keywords
        if keyword.arg == "extras_require" and isinstance(keyword.value, ast.Dict)
    )
    optional = [value for extra in extras for value in _texts(extra.values)]
    return Stated(tuple(given.get("install_requires", ())), tuple(optional))


def _texts(nodes: Iterable[ast.expr]) -> tuple[str, ...]:
    """Give the strings of lists that are written out."""
    return tuple(
        item.value
        for node in nodes
        if isinstance(node, ast.List | ast.Tuple)
        for item in node.elts
        if isinstance(item, ast.Constant) and isinstance(item.value, str)
    )


def _of_pipfile(text: str) -> Stated:
    try:
        packages = tomllib.loads(text).get("packages", {})
    except tomllib.TOMLDecodeError:
        return Stated()
    table = packages if isinstance(packages, Mapping) else {}
    return Stated(tuple(f"{name}{_range(value)}" for name, value in table.items()))


def _range(value: object) -> str:
    match value:
        case str(text) | {"version": str(text)}:
            return "" if text == "*" else text
    return ""
