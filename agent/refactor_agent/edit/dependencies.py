"""Dependencies declared where the target declares its own."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from refactor_agent.domain.plan import Dependency
from refactor_agent.edit.arrays import add_to_array, replaced, section_span
from refactor_agent.edit.declared import (
    REQUIREMENT_FILES,
    declared_distributions,
    read_pyproject,
)
from refactor_agent.edit.for_tests import declared_beside
from refactor_agent.edit.requirement import normalized, requirement_text
from refactor_agent.edit.requirements_file import add_line
from refactor_agent.tree import Tree

__all__ = ["DependencyChanges", "dependency_changes"]


class DependencyChanges(NamedTuple):
    """The patch that declares dependencies; kept apart from the code's."""

    files: Mapping[str, bytes]
    by_hand: tuple[Dependency, ...] = ()
    """Those that a person must declare, because the place is not one that can be edited."""


def dependency_changes(tree: Tree, dependencies: Sequence[Dependency]) -> DependencyChanges:
    """Declare what is not declared yet, with the smallest edit to the file that declares now.

    ``[project] dependencies`` first, then Poetry's table, then a requirements file; what tests need
    goes where what it stands beside is declared.
    """
    of_tests = [dependency for dependency in dependencies if dependency.beside]
    found, by_hand = declared_beside(tree, of_tests)
    own = _of_code(tree.with_changes(found), [one for one in dependencies if not one.beside])
    return DependencyChanges({**found, **own.files}, (*own.by_hand, *by_hand))


def _of_code(tree: Tree, dependencies: Sequence[Dependency]) -> DependencyChanges:
    missing: dict[str, Dependency] = {}
    for dependency in dependencies:
        missing.setdefault(normalized(dependency.distribution), dependency)
    for name in declared_distributions(tree) & set(missing):
        del missing[name]
    wanted = [missing[name] for name in sorted(missing)]
    if not wanted:
        return DependencyChanges({})
    found = _in_pyproject(tree, wanted) or _in_requirements(tree, wanted)
    return DependencyChanges(found) if found else DependencyChanges({}, tuple(wanted))


def _in_pyproject(tree: Tree, wanted: Sequence[Dependency]) -> Mapping[str, bytes] | None:
    data = read_pyproject(tree)
    edit: Callable[[str, Dependency], str | None]
    match data:
        case {"project": {"dependencies": [*_]}}:
            section, edit = "project", add_to_array
        case {"tool": {"poetry": {"dependencies": {}}}}:
            section, edit = "tool.poetry.dependencies", _add_to_table
        case _:
            return None
    old = text = tree.read("pyproject.toml").decode()
    for dependency in wanted:
        start, end = section_span(text, section)
        changed = edit(text[start:end], dependency)
        if changed is None:
            return None
        text = text[:start] + changed + text[end:]
    return {"pyproject.toml": text.encode()} if _adds_only(old, text, wanted) else None


def _add_to_table(body: str, dependency: Dependency) -> str:
    specifier = dependency.specifier.replace(" ", "") or "*"
    newline = "\r\n" if "\r\n" in body else "\n"
    line = f'{dependency.distribution} = "{specifier}"{newline}'
    end = len(body.rstrip())
    return replaced(body, (end, end + len(newline) if body[end:] else end), newline + line)


def _adds_only(old: str, new: str, wanted: Sequence[Dependency]) -> bool:
    """Check by parsing that the edit said exactly what was meant."""
    try:
        before, after = tomllib.loads(old), tomllib.loads(new)
    except tomllib.TOMLDecodeError:
        return False
    names = {dependency.distribution for dependency in wanted}
    match before, after:
        case {"project": {"dependencies": [*was]}}, {"project": {"dependencies": [*now]}}:
            texts = [requirement_text(dependency) for dependency in wanted]
            added = sorted([*map(str, was), *texts]) == sorted(map(str, now))
            after["project"]["dependencies"] = was
        case (
            {"tool": {"poetry": {"dependencies": {**poetry}}}},
            {"tool": {"poetry": {"dependencies": {**poetry_now}}}},
        ):
            added = set(poetry_now) - set(poetry) == names
            after["tool"]["poetry"]["dependencies"] = poetry
        case _:
            return False
    return added and before == after


def _in_requirements(tree: Tree, wanted: Sequence[Dependency]) -> Mapping[str, bytes] | None:
    file = next((file for file in REQUIREMENT_FILES if tree.exists(file)), None)
    if file is None:
        return None
    text = tree.read(file).decode(errors="surrogateescape")
    newline = "\r\n" if "\r\n" in text else "\n"
    for dependency in wanted:
        text = add_line(text, dependency, newline)
    return {file: text.encode(errors="surrogateescape")}
