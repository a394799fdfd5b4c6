"""What `init` puts into a team's repository beside the templates, and what it leaves alone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from refactor_agent.cli._put import Put, read_text
from refactor_agent.errors import UsageError
from refactor_agent.rulebook import RuleBook
from refactor_agent.rulebook.export import cursor_rules, with_claude_section

__all__ = ["DIRECTORY", "put_files", "team_files"]

DIRECTORY = "prompts/refactor-agent"
"""Where a team's templates go, unless its ``pyproject.toml`` names another place."""
_START, _END = "<!-- refactor-agent pages:start -->", "<!-- refactor-agent pages:end -->"
_SECTION = re.compile(rf"{_START}.*?{_END}\n?", re.DOTALL)
_USES = {
    "CLAUDE.code-review.md": "Reviewing a change from sync to async",
    "CLAUDE.incident-response.md": "Debugging a slow or stuck async service, and incidents",
    "CLAUDE.architecture.md": "Designing or restructuring an async service",
}


def team_files(root: Path, book: RuleBook, directory: str = DIRECTORY) -> Mapping[str, str]:
    """Give path to text of what a team gets beside the templates: Cursor rules, guide sections."""
    files = {f".cursor/rules/{name}": text for name, text in cursor_rules(book).items()}
    for name, use in _USES.items():
        slug = name.removeprefix("CLAUDE.").removesuffix(".md")
        files[f".cursor/rules/async-{slug}.mdc"] = _pointer(use, f"{directory}/{name}")
    guide = _guide(root)
    text = read_text(root / guide) or ""
    files[guide] = _with_pages(with_claude_section(text, book), directory)
    return files


def put_files(root: Path, files: Mapping[str, str], *, force: bool) -> tuple[Put, ...]:
    """Write ``files`` under ``root``, but none that a person made or edited unless ``force``.

    The guide is the exception: only what stands between its marks is replaced.
    Raises `UsageError` where the disk won't have it.
    """
    try:
        return tuple(_put(root, file, text, force=force) for file, text in files.items())
    except OSError as error:
        raise UsageError(f"can't write {error.filename}: {error.strerror}") from error


def _put(root: Path, file: str, text: str, *, force: bool) -> Put:
    path = root / file
    if not path.resolve().is_relative_to(root.resolve()):
        return Put(file, "left", "it leads out of the project")
    known = read_text(path)
    if known == text:
        return Put(file, "unchanged")
    if known is not None and not force and _edited(file, known, text):
        return Put(file, "left", "it differs; --force replaces it")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return Put(file, "wrote")


def _edited(file: str, known: str, text: str) -> bool:
    """Say whether writing ``text`` would lose something that a person wrote.

    A guide loses nothing when all its lines are kept: then sections were only added.
    """
    return file not in {"AGENTS.md", "CLAUDE.md"} or not text.startswith(known.rstrip())


def _guide(root: Path) -> str:
    """Give the file that the team's agents read: what ``CLAUDE.md`` only refers to goes first."""
    claude = read_text(root / "CLAUDE.md")
    if (root / "AGENTS.md").is_file() and (claude is None or "@AGENTS.md" in claude):
        return "AGENTS.md"
    return "CLAUDE.md"


def _with_pages(text: str, directory: str) -> str:
    rows = "".join(f"- {use}: follow `{directory}/{name}`.\n" for name, use in _USES.items())
    section = f"{_START}\n## Pages to follow\n\n{rows}{_END}\n"
    if _SECTION.search(text):
        return _SECTION.sub(lambda _: section, text, count=1)
    return f"{text.rstrip()}\n\n{section}"


def _pointer(use: str, file: str) -> str:
    return (
        f'---\ndescription: {json.dumps(use)}\nglobs: ""\nalwaysApply: false\n---\n\n'
        f"Read the page and follow it: @{file}\n"
    )
