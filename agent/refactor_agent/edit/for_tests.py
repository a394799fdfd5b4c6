"""What tests need, declared in the list or file that names what they need already."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from refactor_agent.domain.plan import Dependency
from refactor_agent.edit.arrays import add_to_array, replaced, section_span
from refactor_agent.edit.declared import REQUIREMENT_FILES, read_pyproject
from refactor_agent.edit.requirement import normalized, requirement_name, requirement_text
from refactor_agent.edit.requirements_file import add_line
from refactor_agent.tree import Tree

__all__ = ["declared_beside"]

_FILES = ("requirements-dev.txt", "requirements-test.txt", "dev-requirements.txt",
          "test-requirements.txt", "requirements/test.txt", "requirements/dev.txt",
          *REQUIREMENT_FILES)  # fmt: skip


class _Place(NamedTuple):
    """A list of requirements in ``pyproject.toml``."""

    section: str
    key: str
    names: frozenset[str]


def declared_beside(
    tree: Tree, dependencies: Sequence[Dependency]
) -> tuple[Mapping[str, bytes], tuple[Dependency, ...]]:
    """Give the changed files, and what a person must declare."""
    changes: dict[str, bytes] = {}
    by_hand = []
    for dependency in dependencies:
        found = _declared(tree.with_changes(changes), dependency)
        if found is None:
            by_hand.append(dependency)
        else:
            changes.update(found)
    return changes, tuple(by_hand)


def _declared(tree: Tree, dependency: Dependency) -> Mapping[str, bytes] | None:
    """Give the one changed file; nothing where it is declared there, `None` where none can be."""
    beside = {normalized(name) for name in dependency.beside}
    for place in _places(read_pyproject(tree)):
        if not beside.isdisjoint(place.names):
            if normalized(dependency.distribution) in place.names:
                return {}
            return _in_pyproject(tree, dependency, place)
    for file in filter(tree.exists, _FILES):
        text = tree.read(file).decode(errors="surrogateescape")
        names = {requirement_name(line) for line in text.splitlines() if line[:1].isalnum()}
        if not beside.isdisjoint(names):
            if normalized(dependency.distribution) in names:
                return {}
            newline = "\r\n" if "\r\n" in text else "\n"
            return {file: add_line(text, dependency, newline).encode(errors="surrogateescape")}
    return None


def _places(data: Mapping[str, object]) -> Iterator[_Place]:
    """Give the lists, those that only development uses first."""
    match data:
        case {"dependency-groups": {**groups}}:
            yield from _lists("dependency-groups", groups)
    match data:
        case {"project": {"optional-dependencies": {**extras}}}:
            yield from _lists("project.optional-dependencies", extras)
    match data:
        case {"tool": {"poetry": {"group": {**groups}}}}:
            for name, group in groups.items():
                match group:
                    case {"dependencies": {**table}}:
                        section = f"tool.poetry.group.{name}.dependencies"
                        yield _Place(section, "", frozenset(map(normalized, map(str, table))))
    match data:
        case {"project": {"dependencies": [*_] as items}}:
            yield from _lists("project", {"dependencies": items})


def _lists(section: str, lists: Mapping[object, object]) -> Iterator[_Place]:
    for key, items in lists.items():
        if isinstance(items, list):
            names = (requirement_name(item) for item in items if isinstance(item, str))
            yield _Place(section, str(key), frozenset(filter(None, names)))


def _in_pyproject(tree: Tree, dependency: Dependency, place: _Place) -> Mapping[str, bytes] | None:
    old = tree.read("pyproject.toml").decode()
    start, end = section_span(old, place.section)
    body = old[start:end]
    changed = add_to_array(body, dependency, place.key) if place.key else _row(body, dependency)
    if changed is None:
        return None
    new = old[:start] + changed + old[end:]
    return {"pyproject.toml": new.encode()} if _adds_only(old, new, place, dependency) else None


def _row(body: str, dependency: Dependency) -> str:
    newline = "\r\n" if "\r\n" in body else "\n"
    line = f'{dependency.distribution} = "{dependency.specifier or "*"}"{newline}'
    end = len(body.rstrip())
    return replaced(body, (end, end + len(newline) if body[end:] else end), newline + line)


def _adds_only(old: str, new: str, place: _Place, dependency: Dependency) -> bool:
    """Check by parsing that the edit said exactly what was meant."""
    try:
        before, after = tomllib.loads(old), tomllib.loads(new)
    except tomllib.TOMLDecodeError:
        return False
    table = after
    for part in place.section.split("."):
        table = table[part]
    if place.key:
        text = requirement_text(dependency)
        if text not in table[place.key]:
            return False
        table[place.key].remove(text)
    elif table.pop(dependency.distribution, None) is None:
        return False
    return before == after
