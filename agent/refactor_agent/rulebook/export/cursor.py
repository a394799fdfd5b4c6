"""Cursor rules: ``.cursor/rules/*.mdc``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from refactor_agent.rulebook.book import RuleBook
from refactor_agent.rulebook.export.header import GENERATED
from refactor_agent.rulebook.rule import Rule
from refactor_agent.rulebook.schema import FrontMatter
from refactor_agent.rulebook.text import instead_of

__all__ = ["HOUSE_RULE", "cursor_rules"]

HOUSE_RULE = "async-house-rules"
_EVERY_FILE = FrontMatter.model_fields["globs"].default


def cursor_rules(book: RuleBook) -> Mapping[str, str]:
    """Give file name to text.

    A house rule always applies, an overview comes with Python files, and each rule has a file
    that the agent asks for, or that the rule's own globs attach.
    """
    files = {
        f"{HOUSE_RULE}.mdc": _mdc(
            "How to write async code that never blocks the event loop",
            "",
            house_text(),
            always=True,
        ),
        "blocking-calls.mdc": _mdc(
            "Which calls block the event loop, and what to use instead",
            "**/*.py",
            _overview(book),
        ),
    }
    for rule in book.rules:
        files[f"{rule.id.lower()}-{rule.name}.mdc"] = _one(rule)
    return files


def house_text() -> str:
    """Give the house rule on writing async code, as Markdown."""
    return Path(__file__).with_name("house.md").read_text(encoding="utf-8")


def _mdc(description: str, globs: str, body: str, *, always: bool = False) -> str:
    return (
        f"---\ndescription: {json.dumps(description)}\nglobs: {json.dumps(globs)}\n"
        f"alwaysApply: {str(always).lower()}\n---\n\n{GENERATED}\n\n{body.strip()}\n"
    )


def _overview(book: RuleBook) -> str:
    rows = [f"| `{rule.library}` | {instead_of(rule)} | {rule.id} |" for rule in book.rules]
    return "\n".join(
        [
            "# Calls that block the event loop",
            "",
            "On a path that an `async def` runs, use what stands in the second column. `offload`",
            "hands a sync function to a bounded pool of threads and is awaited. The rule of the",
            "third column says what differs.",
            "",
            "| Library | Instead | Rule |",
            "|---|---|---|",
            *rows,
        ]
    )


def _one(rule: Rule) -> str:
    attached = "" if rule.globs == _EVERY_FILE else ",".join(rule.globs)
    parts = [f"# {rule.title}", rule.does, f"**Why:** {rule.why}"]
    if rule.differs:
        parts.append(f"**What differs:**\n\n{rule.differs}")
    if rule.limits:
        parts.append(f"**Limits:** {rule.limits}")
    parts.extend(
        f"{block.role.capitalize()}:\n\n```python\n{block.code}```"
        for block in rule.doc_example.blocks
        if block.role != "calls"
    )
    description = f"When async code uses {rule.library}: what blocks, and what to write instead"
    return _mdc(description, attached, "\n\n".join(parts))
