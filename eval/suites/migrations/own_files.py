"""What a project's own files say that its tests need, in the words of an installer."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

__all__ = ["named_only", "requirement_lines"]

_LISTS = (
    "*requirements*.txt", "requirements/*.txt", "test*/*requirements*.txt", "*requirements*.in",
)  # fmt: skip
_OF_DOCUMENTS = re.compile(r"doc", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(\[[\w,\s-]+\])?")


def requirement_lines(root: Path) -> list[str]:
    """Give the requirements of all its lists, groups and test settings, each line once.

    What the package itself needs, with its extras, an installer reads out of ``pyproject.toml``,
    ``setup.cfg`` or ``setup.py``; only what installers do not read stands here.
    """
    lines = [*_of_lists(root), *_of_pyproject(root), *_of_pipfile(root), *_of_tox(root)]
    return list(dict.fromkeys(line for line in lines if line))


def named_only(lines: Iterable[str]) -> list[str]:
    """Give the names alone, for where the pins can't be had together."""
    found = (_NAME.match(line) for line in lines)
    return list(dict.fromkeys(match[0] for match in found if match))


def _of_lists(root: Path) -> Iterator[str]:
    for pattern in _LISTS:
        for path in sorted(root.glob(pattern)):
            if not _OF_DOCUMENTS.search(path.name):
                yield from _requirements(path.read_text(encoding="utf-8-sig", errors="replace"))


def _requirements(text: str) -> Iterator[str]:
    """Give the requirements of a list; options, hashes and addresses of other places are left."""
    for line in text.replace("\\\n", " ").splitlines():
        plain = re.split(r"\s#|^#|\s--hash", line.strip())[0].strip()
        if _NAME.match(plain) and "://" not in plain:
            yield plain


def _of_pyproject(root: Path) -> Iterator[str]:
    about = _toml(root / "pyproject.toml")
    for group in about.get("dependency-groups", {}).values():
        yield from (line for line in group if isinstance(line, str))
    poetry = about.get("tool", {}).get("poetry", {})
    groups = [poetry.get("dev-dependencies", {})]
    groups += [one.get("dependencies", {}) for one in poetry.get("group", {}).values()]
    for names in groups:
        yield from (name for name in names if name != "python")


def _of_pipfile(root: Path) -> Iterator[str]:
    about = _toml(root / "Pipfile")
    for part in ("packages", "dev-packages"):
        for name, wanted in about.get(part, {}).items():
            exact = isinstance(wanted, str) and wanted != "*"
            if isinstance(wanted, str) or "path" not in wanted:
                yield f"{name}{wanted}" if exact else name


def _of_tox(root: Path) -> Iterator[str]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read(root / "tox.ini")
    except (configparser.Error, UnicodeDecodeError):
        return
    if parser.has_option("testenv", "deps"):
        yield from _requirements(parser["testenv"]["deps"])


def _toml(path: Path) -> Mapping[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError:
        return {}
