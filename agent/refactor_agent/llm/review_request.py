"""What a reviewing model is told about one verified patch: plain facts, no wording."""

from __future__ import annotations

from refactor_agent.domain.place import Site
from refactor_agent.domain.plan import FunctionRef
from refactor_agent.domain.values import Value
from refactor_agent.llm.request import Caller, FilePart, RuleCard

__all__ = ["ReviewRequest", "ReviewedFunction"]


class ReviewedFunction(Value):
    """A function that the patch changes."""

    ref: FunctionRef
    before: str
    after: str
    """As it stands in the patched file; a twin with its original."""
    line: int
    """The first line of ``after`` in the patched file."""
    callers: tuple[Caller, ...] = ()


class ReviewRequest(Value):
    """One patch, as its reviewer sees it. Same patch, same bytes."""

    change_set: str
    title: str
    functions: tuple[ReviewedFunction, ...]
    files: tuple[FilePart, ...] = ()
    """Imports and context after the change."""
    rules: tuple[RuleCard, ...] = ()
    notes: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    covering: int = 0
    uncovered: tuple[Site, ...] = ()
