"""Writes generated files, and finds the stale ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from refactor_agent.rulebook.book import RuleBook
from refactor_agent.rulebook.export.claude import with_claude_section
from refactor_agent.rulebook.export.cursor import cursor_rules
from refactor_agent.rulebook.export.header import GENERATED
from refactor_agent.rulebook.export.pages import docs_pages

__all__ = ["export_to", "generated_files", "stale_files", "write_files"]

_CURSOR, _DOCS = ".cursor/rules", "docs/rules"


def generated_files(book: RuleBook) -> Mapping[str, str]:
    """Give path to text of everything this project's own repository holds of the rules."""
    cursor = {f"{_CURSOR}/{name}": text for name, text in cursor_rules(book).items()}
    pages = {f"{_DOCS}/{name}": text for name, text in docs_pages(book).items()}
    return {**cursor, **pages}


def export_to(target: Path, book: RuleBook) -> tuple[str, ...]:
    """Write the Cursor rules and the section of ``CLAUDE.md`` into the project at ``target``.

    Returns the paths written, relative to it. Other Cursor rules and text are left alone.
    """
    guide = target / "CLAUDE.md"
    text = guide.read_text(encoding="utf-8") if guide.is_file() else ""
    files = {f"{_CURSOR}/{name}": text for name, text in cursor_rules(book).items()}
    files["CLAUDE.md"] = with_claude_section(text, book)
    write_files(target, files)
    return tuple(files)


def write_files(root: Path, files: Mapping[str, str]) -> None:
    """Write ``files`` under ``root`` and remove generated ones that no rule stands behind."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    for name in _orphans(root, files):
        (root / name).unlink()


def stale_files(root: Path, files: Mapping[str, str]) -> tuple[str, ...]:
    """Name the files under ``root`` that are missing, differ, or should be gone."""
    stale = [name for name, text in files.items() if _read(root / name) != text]
    return (*stale, *_orphans(root, files))


def _orphans(root: Path, files: Mapping[str, str]) -> tuple[str, ...]:
    """Find generated files, beside those of ``files``, that are not among them."""
    folders = sorted({(root / name).parent for name in files if name.startswith((_CURSOR, _DOCS))})
    found = (path for folder in folders for path in sorted(folder.glob("*.m*")))
    names = (path.relative_to(root).as_posix() for path in found if GENERATED in _read(path))
    return tuple(name for name in names if name not in files)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
