"""Lists of requirements in TOML text, edited where they stand."""

from __future__ import annotations

import re

from refactor_agent.domain.plan import Dependency
from refactor_agent.edit.requirement import normalized, requirement_name, requirement_text

__all__ = ["add_to_array", "replaced", "section_span"]


def section_span(text: str, name: str) -> tuple[int, int]:
    """Give where the body of ``[name]`` starts and ends."""
    head = re.search(rf"^\[{re.escape(name)}\][^\n]*\n", text, re.MULTILINE)
    if head is None:
        return 0, 0
    following = re.compile(r"^\[", re.MULTILINE).search(text, head.end())
    return head.end(), following.start() if following else len(text)


_ITEMS = r"""\s*=\s*\[(?P<items>(?:[^\]"'#]|"[^"\n]*"|'[^'\n]*'|\#[^\n]*)*)\]"""
_ITEM = re.compile(r"""\#[^\n]*|(?P<value>"[^"\n]*"|'[^'\n]*')""")


def add_to_array(body: str, dependency: Dependency, key: str = "dependencies") -> str | None:
    """Add to the list that ``key`` names in a section; `None` where it is written otherwise."""
    match = re.search(rf"^[\"']?{re.escape(key)}[\"']?{_ITEMS}", body, re.MULTILINE)
    if match is None:
        return None
    base = match.start("items")
    items = [item for item in _ITEM.finditer(match["items"]) if item["value"]]
    if not items:
        return replaced(body, match.span("items"), f'"{requirement_text(dependency)}"')
    quote = items[0]["value"][0]
    text = f"{quote}{requirement_text(dependency)}{quote}"
    name = normalized(dependency.distribution)
    before = [item for item in items if (requirement_name(item["value"][1:-1]) or "") < name]
    if not before:
        at = base + items[0].start()
        return replaced(body, (at, at), text + "," + _lead(match["items"], items[0].start()))
    return _add_behind(body, base + before[-1].start(), base + before[-1].end(), text)


def _add_behind(body: str, start: int, end: int, text: str) -> str:
    """Add an item behind the one in ``body[start:end]``; its comment stays with it."""
    lead = _lead(body[:start], start)
    if "\n" not in lead:
        return replaced(body, (end, end), f",{lead}{text}")
    line_end = end + len(body[end:].partition("\n")[0].removesuffix("\r"))
    rest = body[end:line_end]
    if rest.lstrip().startswith(","):
        return replaced(body, (line_end, line_end), f"{lead}{text},")
    return replaced(body, (end, line_end), f",{rest}{lead}{text}")


def _lead(items: str, start: int) -> str:
    """Give the space that sets an item apart: a new line and its indentation, or one space."""
    space = re.search(r"(\r?\n)?[ \t]*$", items[:start])
    return space.group() if space and space.group().strip(" \t") else " "


def replaced(text: str, span: tuple[int, int], new: str) -> str:
    """Give ``text`` with what lies in ``span`` replaced."""
    return text[: span[0]] + new + text[span[1] :]
