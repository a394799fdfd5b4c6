"""Docs pages: one per rule, and an index."""

from __future__ import annotations

from collections.abc import Mapping

from refactor_agent.rulebook.book import RuleBook
from refactor_agent.rulebook.export.header import GENERATED
from refactor_agent.rulebook.text import instead_of, show_rule

__all__ = ["docs_pages"]


def docs_pages(book: RuleBook) -> Mapping[str, str]:
    """Give file name to text of the pages about the rules."""
    pages = {
        f"{rule.id}-{rule.name}.md": f"{GENERATED}\n\n{show_rule(rule)}" for rule in book.rules
    }
    return {"README.md": _index(book), **pages}


def _index(book: RuleBook) -> str:
    rows = [
        f"| [{rule.id}]({rule.id}-{rule.name}.md) | {rule.title} | {instead_of(rule)} "
        f"| {rule.weight} |"
        for rule in book.rules
    ]
    lines = [
        GENERATED,
        "",
        "# Rules",
        "",
        "Weight says how long such a call typically holds the event loop: 1 is a `stat`, 10 is an",
        "HTTP request or a child process.",
        "",
        "| Rule | What | Instead | Weight |",
        "|---|---|---|---|",
        *rows,
    ]
    return "\n".join(lines) + "\n"
