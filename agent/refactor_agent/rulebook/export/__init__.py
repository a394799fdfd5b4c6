"""What is generated from the rules: Cursor rules, docs pages, a section for CLAUDE.md."""

from refactor_agent.rulebook.export.claude import claude_section, with_claude_section
from refactor_agent.rulebook.export.cursor import cursor_rules
from refactor_agent.rulebook.export.cursor_check import check_cursor_rules
from refactor_agent.rulebook.export.files import (
    export_to,
    generated_files,
    stale_files,
    write_files,
)
from refactor_agent.rulebook.export.pages import docs_pages

__all__ = [
    "check_cursor_rules",
    "claude_section",
    "cursor_rules",
    "docs_pages",
    "export_to",
    "generated_files",
    "stale_files",
    "with_claude_section",
    "write_files",
]
