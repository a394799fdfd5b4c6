"""A validator for Cursor rules: Cursor ignores a malformed file without a word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from refactor_agent.errors import UsageError

__all__ = ["check_cursor_rules"]

_KEYS = ("description", "globs", "alwaysApply")
_LONGEST = 500
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.mdc")
_FRONT_MATTER = re.compile(r"\A---\n(?P<yaml>.*?)^---\n", re.DOTALL | re.MULTILINE)


def check_cursor_rules(directory: Path) -> tuple[str, ...]:
    """Give one line for each fault of the ``.mdc`` files under ``directory``.

    Raises `UsageError` when there is no such directory.
    """
    if not directory.is_dir():
        raise UsageError(f"{directory} is not a directory; give the one with the .mdc files")
    problems: list[str] = []
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            name = path.relative_to(directory).as_posix()
            problems.extend(f"{name}: {problem}" for problem in _faults(path))
    return tuple(problems)


def _faults(path: Path) -> Iterator[str]:
    if not _NAME.fullmatch(path.name):
        yield "the name is not kebab-case with the ending .mdc"
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        yield "not UTF-8"
        return
    if text.count("\n") >= _LONGEST:
        yield f"{text.count(chr(10))} lines; Cursor advises fewer than {_LONGEST}"
    match = _FRONT_MATTER.match(text)
    if match is None:
        yield "no front matter between --- lines"
        return
    try:
        data = yaml.safe_load(match["yaml"])
    except yaml.YAMLError as error:
        yield f"front matter is not valid YAML ({getattr(error, 'problem', error)}); quote globs"
        return
    yield from _front_matter_faults(data)
    if not text[match.end() :].strip():
        yield "the rule has no text"


def _front_matter_faults(data: object) -> Iterator[str]:
    if not isinstance(data, dict) or tuple(data) != _KEYS:
        yield f"front matter needs exactly {', '.join(_KEYS)}, in this order"
        return
    description, globs, always = (data[key] for key in _KEYS)
    if not isinstance(always, bool):
        yield "alwaysApply must be true or false, without quotes"
    if not isinstance(description, str):
        yield "description must be text"
    listed = globs if isinstance(globs, list) else [globs]
    if not all(isinstance(item, str) for item in listed):
        yield "globs must be text, or a list of texts"
    elif any(item.startswith("/") or "\\" in item for item in listed):
        yield "globs are relative to the project and use forward slashes"
    elif not (always or description or any(listed)):
        yield "without alwaysApply, globs or a description the rule is never used"
