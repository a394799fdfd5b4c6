"""What the target says it depends on."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping

from refactor_agent.edit.requirement import normalized, requirement_name, requirement_range
from refactor_agent.edit.setuptools_files import stated_elsewhere
from refactor_agent.tree import Tree

__all__ = [
    "REQUIREMENT_FILES",
    "declared_distributions",
    "declared_ranges",
    "optional_ranges",
    "read_pyproject",
    "read_toml",
]

REQUIREMENT_FILES = ("requirements.txt", "requirements.in", "requirements/base.txt",
                     "requirements/main.txt", "requirements/prod.txt")  # fmt: skip


def declared_distributions(tree: Tree) -> frozenset[str]:
    """Give the normalised names of what the target needs at run time.

    From ``[project]``, Poetry's table, requirements files, `setup.cfg`, `setup.py` and a `Pipfile`;
    development groups and optional extras do not count, because code may not rely on them.
    """
    return frozenset(declared_ranges(tree))


def declared_ranges(tree: Tree) -> Mapping[str, str]:
    """Give the normalised names of what the target needs at run time, and the versions it asks for.

    Several statements about one distribution hold together; a distribution of which nothing is said
    has an empty range.
    """
    elsewhere = (line for stated in stated_elsewhere(tree) for line in stated.needed)
    return _together(
        (*_from_pyproject(read_pyproject(tree)), *_from_requirements(tree), *_named(elsewhere))
    )


def optional_ranges(tree: Tree) -> Mapping[str, str]:
    """Give the same of optional extras: what a part of the target needs, which imports it."""
    elsewhere = (line for stated in stated_elsewhere(tree) for line in stated.optional)
    return _together((*_extras(read_pyproject(tree)), *_named(elsewhere)))


def _together(stated: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    found: dict[str, list[str]] = {}
    for name, versions in stated:
        found.setdefault(name, []).append(versions)
    return {name: ",".join(filter(None, ranges)) for name, ranges in found.items()}


def read_pyproject(tree: Tree) -> dict[str, object]:
    """Parse ``pyproject.toml``; empty where there is none or it is not TOML."""
    return read_toml(tree, "pyproject.toml")


def read_toml(tree: Tree, file: str) -> dict[str, object]:
    """Parse ``file``; empty where there is none or it is not TOML."""
    if not tree.exists(file):
        return {}
    try:
        return tomllib.loads(tree.read(file).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}


def _from_pyproject(data: dict[str, object]) -> Iterator[tuple[str, str]]:
    match data:
        case {"project": {"dependencies": [*requirements]}}:
            yield from _named(str(item) for item in requirements)
    match data:
        case {"tool": {"poetry": {"dependencies": {**table}}}}:
            yield from ((normalized(str(name)), _of_poetry(value)) for name, value in table.items())


def _extras(data: dict[str, object]) -> Iterator[tuple[str, str]]:
    match data:
        case {"project": {"optional-dependencies": {**extras}}}:
            for requirements in extras.values():
                if isinstance(requirements, list):
                    yield from _named(str(item) for item in requirements)


def _of_poetry(value: object) -> str:
    match value:
        case str(text) | {"version": str(text)}:
            return "" if text == "*" or "||" in text else text
    return ""


def _from_requirements(tree: Tree) -> Iterator[tuple[str, str]]:
    for file in REQUIREMENT_FILES:
        if tree.exists(file):
            lines = tree.read(file).decode(errors="replace").splitlines()
            yield from _named(line for line in lines if not line.lstrip().startswith(("#", "-")))


def _named(requirements: Iterable[str]) -> Iterator[tuple[str, str]]:
    for requirement in requirements:
        name = requirement_name(requirement)
        if name is not None:
            yield name, requirement_range(requirement)
