"""Dependencies declared where the target declares its own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from refactor_agent.domain.plan import Dependency
from refactor_agent.edit.declared import (
    REQUIREMENT_FILES,
    declared_distributions,
    read_pyproject,
)
from refactor_agent.edit.requirement import normalized, requirement_name, requirement_text
from refactor_agent.tree import Tree

__all__ = ["DependencyChanges", "dependency_changes"]


class DependencyChanges(NamedTuple):
    """The patch that declares dependencies; kept apart from the code's."""

    files: Mapping[str, bytes]
    by_hand: tuple[Dependency, ...] = ()
    """Those that a person must declare, because the place is not one that can be edited."""


def dependency_changes(tree: Tree, dependencies: Sequence[Dependency]) -> DependencyChanges:
    """Declare what is not declared yet, with the smallest edit to the file that declares now.

    ``[project] dependencies`` first, then Poetry's table, then a requirements file.
    """
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
    match data:
        case {"project": {"dependencies": [*_]}}:
            section, edit = "project", _add_to_array
        case {"tool": {"poetry": {"dependencies": {}}}}:
            section, edit = "tool.poetry.dependencies", _add_to_table
        case _:
            return None
    old = text = tree.read("pyproject.toml").decode()
    for dependency in wanted:
        start, end = _section(text, section)
        changed = edit(text[start:end], dependency)
        if changed is None:
            return None
        text = text[:start] + changed + text[end:]
    return {"pyproject.toml": text.encode()} if _adds_only(old, text, wanted) else None


def _section(text: str, name: str) -> tuple[int, int]:
    """Give where the body of ``[name]`` starts and ends."""
    head = re.search(rf"^\[{re.escape(name)}\][^\n]*\n", text, re.MULTILINE)
    if head is None:
        return 0, 0
    following = re.compile(r"^\[", re.MULTILINE).search(text, head.end())
    return head.end(), following.start() if following else len(text)


_ARRAY = re.compile(
    r"""^dependencies\s*=\s*\[(?P<items>(?:[^\]"'#]|"[^"\n]*"|'[^'\n]*'|\#[^\n]*)*)\]""",
    re.MULTILINE | re.VERBOSE,
)
_ITEM = re.compile(r"""\#[^\n]*|(?P<value>"[^"\n]*"|'[^'\n]*')""")


def _add_to_array(body: str, dependency: Dependency) -> str | None:
    match = _ARRAY.search(body)
    if match is None:
        return None
    base = match.start("items")
    items = [item for item in _ITEM.finditer(match["items"]) if item["value"]]
    if not items:
        return _replaced(body, match.span("items"), f'"{requirement_text(dependency)}"')
    quote = items[0]["value"][0]
    text = f"{quote}{requirement_text(dependency)}{quote}"
    name = normalized(dependency.distribution)
    before = [item for item in items if (requirement_name(item["value"][1:-1]) or "") < name]
    if not before:
        at = base + items[0].start()
        return _replaced(body, (at, at), text + "," + _lead(match["items"], items[0].start()))
    return _add_behind(body, base + before[-1].start(), base + before[-1].end(), text)


def _add_behind(body: str, start: int, end: int, text: str) -> str:
    """Add an item behind the one in ``body[start:end]``; its comment stays with it."""
    lead = _lead(body[:start], start)
    if "\n" not in lead:
        return _replaced(body, (end, end), f",{lead}{text}")
    line_end = end + len(body[end:].partition("\n")[0].removesuffix("\r"))
    rest = body[end:line_end]
    if rest.lstrip().startswith(","):
        return _replaced(body, (line_end, line_end), f"{lead}{text},")
    return _replaced(body, (end, line_end), f",{rest}{lead}{text}")


def _lead(items: str, start: int) -> str:
    """Give the space that sets an item apart: a new line and its indentation, or one space."""
    space = re.search(r"(\r?\n)?[ \t]*$", items[:start])
    return space.group() if space and space.group().strip(" \t") else " "


def _add_to_table(body: str, dependency: Dependency) -> str:
    specifier = dependency.specifier.replace(" ", "") or "*"
    newline = "\r\n" if "\r\n" in body else "\n"
    line = f'{dependency.distribution} = "{specifier}"{newline}'
    end = len(body.rstrip())
    return _replaced(body, (end, end + len(newline) if body[end:] else end), newline + line)


def _replaced(text: str, span: tuple[int, int], new: str) -> str:
    return text[: span[0]] + new + text[span[1] :]


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
        text = _add_line(text, dependency, newline)
    return {file: text.encode(errors="surrogateescape")}


def _add_line(text: str, dependency: Dependency, newline: str) -> str:
    """Add below the last name that sorts before it, else at the end."""
    lines = text.splitlines(keepends=True)
    name = normalized(dependency.distribution)
    at = len(lines)
    for number, line in enumerate(lines, start=1):
        other = None if line.startswith(("#", "-", " ")) else requirement_name(line)
        if other is not None and other < name and not line.rstrip().endswith("\\"):
            at = number
    if at and not lines[at - 1].endswith(("\n", "\r")):
        lines[at - 1] += newline
    lines.insert(at, requirement_text(dependency) + newline)
    return "".join(lines)
