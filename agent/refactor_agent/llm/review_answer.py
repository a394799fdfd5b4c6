"""A review's answer: its shape, and which of its findings stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from refactor_agent.llm.answer import Text

__all__ = ["AnsweredFinding", "ReviewAnswer", "stands"]


class AnsweredFinding(BaseModel):
    """One finding, as the model gave it."""

    model_config = ConfigDict(frozen=True)

    severity: Literal["blocker", "major", "minor"]
    file: Text
    line: int
    quote: Text
    rule: Text
    fails: Text
    mend: Text


class ReviewAnswer(BaseModel):
    """What the review prompt asks for. Flat, so that strict schemas can say it."""

    model_config = ConfigDict(frozen=True)

    findings: list[AnsweredFinding]
    unchecked: list[Text]


def stands(finding: AnsweredFinding, lines: Mapping[tuple[str, int], str], standard: str) -> bool:
    """Say whether a finding quotes a line of the patch and words of the standard.

    ``lines`` are the patched functions' lines by file and number. What can't be looked up is
    thrown away: a made-up finding must not hold up a patch.
    """
    line = lines.get((finding.file, finding.line))
    quote, rule = _plain(finding.quote), _plain(finding.rule)
    is_quoted = line is not None and bool(quote) and quote in _plain(line)
    return is_quoted and len(rule) >= 8 and rule in _plain(standard) and bool(finding.fails.strip())


def _plain(text: str) -> str:
    return " ".join(text.replace("*", "").replace("`", "").split()).casefold()
