"""What a model is told about one change set: plain facts, no wording."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from refactor_agent.domain.plan import FunctionRef, Refusal
from refactor_agent.domain.proposal import NewFile, Proposal
from refactor_agent.domain.values import Value
from refactor_agent.domain.verdict import CheckFailure
from refactor_agent.llm.layout import dedent

__all__ = [
    "AsyncClient",
    "Becomes",
    "CallFact",
    "Callee",
    "Caller",
    "Change",
    "Conventions",
    "Equivalent",
    "FilePart",
    "FunctionPart",
    "ModelRequest",
    "NamedCode",
    "Offload",
    "Round",
    "RuleCard",
    "TestHabits",
    "failed_round",
]

Change = Literal["body", "may_colour", "colour", "twin"]
"""``body``: its colour stays. ``may_colour``: it may become async if all its callers are in the
change set. ``colour``: it becomes async. ``twin``: it stays, and may get an async twin."""

Becomes = Literal["blocks", "coroutine", "await", "native", "offload"]
"""``blocks``: holds the event loop. ``coroutine``: calls a planned function on the way to a
blocking call. The others: what the plan wants there."""


class Caller(Value):
    """A function that calls a planned one."""

    name: str
    is_async: bool
    planned: bool
    """It is in the change set, so its call can be rewritten."""


class Callee(Value):
    """A function of the project that a planned one calls, and that stays as it is."""

    name: str
    is_async: bool
    signature: str = ""
    """Its parameters and result, as they are written."""


class FunctionPart(Value):
    """A function that may be changed."""

    ref: FunctionRef
    before: str
    """SHA-256 of its bytes in the tree."""
    source: str
    """As it stands in the file, newlines and all."""
    indent: str
    """Its indentation in the file."""
    change: Change
    new_name: str
    """Its bare name afterwards; the twin's name for a twin."""
    is_async: bool
    """It is async before the change."""
    is_entry: bool
    callers: tuple[Caller, ...] = ()
    callees: tuple[Callee, ...] = ()

    @property
    def code(self) -> str:
        """The source at no indentation; raises `SyntaxError` where it can't be moved."""
        return dedent(self.source.replace("\r\n", "\n")) + "\n"


class FilePart(Value):
    """What surrounds the functions of one file."""

    file: str
    imports: str
    """Its module-level import statements."""
    context: str = ""
    """Module-level definitions and class headers that the functions use."""
    types: str = ""
    """The project's classes of other files that the functions name, in brief."""


class CallFact(Value):
    """One call in a planned function, and what it is or becomes."""

    function: str
    line: int
    """Counted from 1 in the function's code."""
    callee: str
    becomes: Becomes
    rule: str | None = None


class Equivalent(Value):
    """A blocking call and what is awaited in its place."""

    callee: str
    target: str
    available: bool
    """It is in the standard library, or among the packages that the project imports."""


class RuleCard(Value):
    """What a rule says about the library in play."""

    id: str
    title: str
    blocks: str
    differs: str
    limits: str
    equivalents: tuple[Equivalent, ...] = ()
    before: str = ""
    after: str = ""


class Offload(Value):
    """How this project hands blocking work to a bounded thread limiter."""

    module: str
    """What the function is imported from."""
    name: str = "offload"
    new_file: NewFile | None = None
    """The module itself, where the project has none yet."""


class TestHabits(Value):
    """How the project's tests run."""

    __test__ = False

    runner: str = ""
    """``pytest`` or ``unittest``; empty where there are no tests."""
    mark: str = ""
    """What async tests are marked with; empty where nothing marks them."""
    async_tests: bool = False
    starts_loops: bool = False
    """Sync tests start loops by `asyncio.run`."""


class AsyncClient(Value):
    """A type or function of a library that the project awaits already."""

    name: str
    awaited: int
    """In how many places."""
    made_at: str = ""
    """Where the first one is constructed."""


class Conventions(Value):
    """How this project does things already."""

    python: str = ""
    """The oldest version it must run on."""
    libraries: tuple[str, ...] = ()
    """Top-level packages that it imports: the only ones, beside the standard library, that new
    code may import."""
    offload: Offload | None = None
    tests: TestHabits = TestHabits()
    clients: tuple[AsyncClient, ...] = ()
    notes: tuple[str, ...] = ()


class ModelRequest(Value):
    """One change set, as a model sees it. Same plan and tree, same bytes."""

    change_set: str
    title: str
    functions: tuple[FunctionPart, ...]
    files: tuple[FilePart, ...]
    calls: tuple[CallFact, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    """Why the rules could not do it."""
    rules: tuple[RuleCard, ...] = ()
    conventions: Conventions = Conventions()


class NamedCode(Value):
    """New source for the function called ``name``."""

    name: str
    code: str


class Round(Value):
    """One answer that failed, and why."""

    functions: tuple[NamedCode, ...]
    failures: tuple[CheckFailure, ...]


def failed_round(proposal: Proposal, failures: Sequence[CheckFailure]) -> Round:
    """Make the record of a proposal that the gate turned down."""
    functions = tuple(
        NamedCode(name=edit.function.name, code=dedent(edit.code)) for edit in proposal.functions
    )
    return Round(functions=functions, failures=tuple(failures))
