"""A triage's answer: its shape, and which of its frames and findings it may name."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from refactor_agent.llm.answer import Text

__all__ = ["AnsweredFrame", "Hypothesis", "Step", "TriageAnswer"]


class AnsweredFrame(BaseModel):
    """What the model makes of one frame."""

    model_config = ConfigDict(frozen=True)

    frame: Text
    finding: Text | None
    why: Text


class Hypothesis(BaseModel):
    """One explanation, with what speaks for and against it."""

    model_config = ConfigDict(frozen=True)

    claim: Text
    finding: Text | None
    evidence_for: list[Text]
    evidence_against: list[Text]
    test: Text
    status: Literal["open", "supported", "refuted"]
    mend: Text | None


class Step(BaseModel):
    """Something that a person must approve before it is done."""

    model_config = ConfigDict(frozen=True)

    step: Text
    effect: Text
    undo: Text


class TriageAnswer(BaseModel):
    """What the triage prompt asks for. Flat, so that strict schemas can say it."""

    model_config = ConfigDict(frozen=True)

    impact: Text | None
    frames: list[AnsweredFrame]
    hypotheses: list[Hypothesis]
    needs_approval: list[Step]
    unknown: list[Text]
