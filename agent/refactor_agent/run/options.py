"""What the user asked of a run, and the record a run keeps of it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from refactor_agent.domain.values import Value
from refactor_agent.llm.config import ModelConfig
from refactor_agent.project import Interpreter, Revision

__all__ = ["RunOptions", "RunRecord"]


class RunOptions(Value):
    """Everything that decides what a run does; kept in the run, so that a resume does the same."""

    python: str | None = None
    test_command: str | None = None
    test_timeout: float | None = None
    rules: tuple[str, ...] = ()
    """Only these rule ids, when given."""
    jobs: int = Field(default=1, ge=1)
    """Change sets that are verified side by side."""
    approval: Literal["auto", "ask"] = "auto"
    tests: bool = True
    """Run the target's tests; without them nothing can be more than unverified."""
    model: ModelConfig | None = None
    escalate: tuple[ModelConfig, ...] = ()
    """Models that are asked in turn when those before them failed."""
    review: bool = False
    """A model tries to refute each model-made patch that passed the gate."""
    offline: bool = False
    """No model is asked, whatever else is said."""
    rounds: int = Field(default=2, ge=0)
    """Repairs after a model's first answer, per change set."""


class RunRecord(Value):
    """``run.json``: what `resume`, `apply` and `rollback` need to know."""

    format_version: Literal[1] = 1
    id: str
    tool_version: str
    created: str
    """ISO 8601, UTC."""
    target: str
    options: RunOptions
    revision: Revision
    interpreter: Interpreter
