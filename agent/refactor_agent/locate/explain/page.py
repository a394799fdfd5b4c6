"""Explanations for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from refactor_agent.locate.explain.explanation import Explanation
from refactor_agent.locate.naming import plain_name
from refactor_agent.locate.palette import Palette
from refactor_agent.locate.sources import SourceLines

__all__ = ["render_explanations"]


def render_explanations(
    explanations: Iterable[Explanation], lines: SourceLines, palette: Palette | None = None
) -> str:
    """Render one block for each call: where, what its parts are, and what came of it."""
    blocks = (_block(one, lines, palette or Palette()) for one in explanations)
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _block(one: Explanation, lines: SourceLines, palette: Palette) -> Iterator[str]:
    place = palette.strong(f"{one.site}:{lines.column(one.site)}:")
    kind = "async function " if one.is_async else ""
    yield f"{place} `{one.text}` in {kind}{plain_name(one.function)}"
    for step in one.steps:
        yield f"  {step}"
    for outcome in one.outcomes:
        yield f"  {palette.advice('=')} {outcome}"
