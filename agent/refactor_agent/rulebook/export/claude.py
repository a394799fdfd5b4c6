"""The section on async code for a project's ``CLAUDE.md`` or ``AGENTS.md``."""

from __future__ import annotations

import re

from refactor_agent.rulebook.book import RuleBook
from refactor_agent.rulebook.export.cursor import house_text
from refactor_agent.rulebook.text import instead_of

__all__ = ["claude_section", "with_claude_section"]

_START = "<!-- refactor-agent:start (generated; edits inside are lost) -->"
_END = "<!-- refactor-agent:end -->"
_SECTION = re.compile(rf"{re.escape(_START)}.*?{re.escape(_END)}\n?", re.DOTALL)


def claude_section(book: RuleBook) -> str:
    """Give the section as Markdown, between marks by which it is found again."""
    house = re.sub(r"^(#+) ", r"#\1 ", house_text(), flags=re.MULTILINE).strip()
    calls = "\n".join(f"- `{rule.library}`: {instead_of(rule)}" for rule in book.rules)
    body = f"{house}\n\n### What to use instead\n\n{calls}\n"
    return f"{_START}\n{body}{_END}\n"


def with_claude_section(text: str, book: RuleBook) -> str:
    """Give ``text`` with the section in it: replaced where it stands, else at the end."""
    section = claude_section(book)
    if _SECTION.search(text):
        return _SECTION.sub(lambda _: section, text, count=1)
    return f"{text.rstrip()}\n\n{section}" if text.strip() else section
