"""What the user asked of a run, and the record a run keeps of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from refactor_agent.domain.plan import Flag
from refactor_agent.domain.values import Value
from refactor_agent.errors import UsageError
from refactor_agent.llm.config import ModelConfig
from refactor_agent.project import Interpreter, Revision

__all__ = ["RunOptions", "RunRecord", "entry_mode", "make_flag"]

_FLAG = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


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
    review: Literal["none", "model", "all"] = "none"
    """Which patches that passed the gate a model tries to refute: those of models, or all."""
    offline: bool = False
    """No model is asked, whatever else is said."""
    rounds: int = Field(default=2, ge=0)
    """Repairs after a model's first answer, per change set."""
    samples: int = Field(default=0, ge=0)
    """How often each model is then asked afresh, for another answer to the same question."""
    model_turn: Literal["last", "before-offload"] = "last"
    """When models are asked: after all that rules can do, or before rules do less than convert."""
    flag: Flag | None = None
    """Keep the old path beside the new one, with this flag between them."""
    concurrent: tuple[str, ...] = ()
    """Loops, as ``FILE:LINE``, to run iterations of at once, and nothing else."""
    entries: tuple[str, ...] = ()
    """Functions and classes, as ``MODULE:NAME``, below which all becomes async, and nothing
    else."""
    entry_mode: Literal["in-place", "twin", "twin-apart"] | None = None
    """Whether that takes the place of what is there, or stands beside it, there or in a package
    of its own."""
    finalize: str | None = None
    """Take the old path of this earlier run out, and do nothing else."""

    def without_calls(self) -> RunOptions:
        """Give these options with models that answer from the cache or not at all."""
        quiet = {"offline": True}
        model = self.model.model_copy(update=quiet) if self.model else None
        escalate = tuple(each.model_copy(update=quiet) for each in self.escalate)
        return self.model_copy(update={"model": model, "escalate": escalate})


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


def make_flag(name: str | None, percent: float) -> Flag | None:
    """Give the flag that a user asked for; raises `UsageError` for a name that can't be one."""
    if name is None:
        if percent:
            raise UsageError("--flag-percent is the share of a flag; name one with --flag")
        return None
    if not _FLAG.fullmatch(name):
        raise UsageError(
            f"--flag {name!r} is no name for a flag: letters, digits, - and _, a letter first"
        )
    return Flag(name=name, percent=percent)


def entry_mode(
    entries: Sequence[str],
    *,
    in_place: bool,
    twin: bool,
    apart: bool = False,
    others: Sequence[str] = (),
) -> Literal["in-place", "twin", "twin-apart"] | None:
    """Say what is to become of ``entries``; raises `UsageError` unless just one thing is.

    ``others`` are options that were given and do something else.
    """
    if in_place and twin:
        raise UsageError("--in-place and --twin exclude each other; give one of them")
    if apart and not twin:
        raise UsageError("--apart says where twins are to stand; give --twin with it")
    if not entries:
        if in_place or twin:
            raise UsageError("--in-place and --twin say what becomes of an --entry; name one")
        return None
    if others:
        raise UsageError(f"--entry and {others[0]} are different runs; give one of them")
    if not in_place and not twin:
        raise UsageError(
            "--entry needs --in-place, to replace the sync code, or --twin, to keep it"
        )
    if twin:
        return "twin-apart" if apart else "twin"
    return "in-place"
