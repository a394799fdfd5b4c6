"""Change sets: what the planner decides and the proposers carry out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from refactor_agent.domain.place import Site
from refactor_agent.domain.values import Value

__all__ = [
    "Attempt",
    "CallEdit",
    "ChangeSet",
    "Colour",
    "Demote",
    "Dependency",
    "Flag",
    "FunctionRef",
    "LoopEdit",
    "Plan",
    "Refusal",
    "Strategy",
]

Strategy = Literal["native", "offload", "demote"]


class FunctionRef(Value):
    """A function of the target, by file and qualified name."""

    file: str
    name: str


class Colour(Value):
    """A sync function that becomes async.

    ``in_place`` turns it; ``twin`` leaves it and adds an async function called ``new_name``
    beside it, for the callers that await.
    """

    function: FunctionRef
    mode: Literal["in_place", "twin"]
    new_name: str
    """Its bare name afterwards; the old one when ``in_place``."""


class CallEdit(Value):
    """One call expression that changes."""

    site: Site
    function: str
    """The function it stands in (the original, when that function gets a twin)."""
    callee: str
    action: Literal["await", "native", "offload"]
    """``await``: the callee was coloured. ``native``: replaced by the rule's async equivalent.
    ``offload``: handed to the bounded thread limiter."""
    rule: str | None = None


class Demote(Value):
    """A framework handler that goes back from ``async def`` to ``def``."""

    function: FunctionRef


class Dependency(Value):
    """A distribution that the target must declare for the new code."""

    distribution: str
    specifier: str = ""
    beside: tuple[str, ...] = ()
    """Distributions of which tests need one: it is declared where that is. Empty: code needs it."""


class LoopEdit(Value):
    """A loop whose iterations are to run at once, within a bound, their results in order."""

    function: FunctionRef
    line: int
    """Where the loop begins in its file."""
    limit: int


class Flag(Value):
    """A rollout flag of the boundary module that stands between the old path and the new."""

    name: str
    percent: float = 0
    """The share of calls that take the new path, while no setting says otherwise."""
    step: Literal["guard", "finalize"] = "guard"
    """``guard`` emits both paths; ``finalize`` takes the old one out."""


class Refusal(Value):
    """Why something is not done. A refusal is a result, with a reason a person can act on."""

    reason: str
    """Machine-readable, kebab-case: ``thread-affine``, ``property``, ``no-async-equivalent`` …"""
    message: str
    site: Site | None = None
    strategy: Strategy | None = None


class Attempt(Value):
    """One rule-made way to resolve a change set."""

    strategy: Strategy
    colours: tuple[Colour, ...] = ()
    calls: tuple[CallEdit, ...] = ()
    demotes: tuple[Demote, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    rules: tuple[str, ...] = ()
    flag: Flag | None = None
    loop: LoopEdit | None = None
    """The one thing such an attempt does."""
    prepared: str | None = None
    """Key in the store of the proposal, where planning made it: what entry points reach is
    converted as one."""
    twins: Mapping[str, str] = {}
    """Name of each async twin, of functions and classes, to the bare name of its original."""
    notes: tuple[str, ...] = ()
    """What a reviewer should know: drift between libraries, new yield points."""


class ChangeSet(Value):
    """The smallest group of edits that is right, testable and revertible on its own."""

    id: str
    title: str
    entries: tuple[FunctionRef, ...]
    """The async functions that stop blocking."""
    regions: tuple[str, ...]
    stands_on: tuple[str, ...] = ()
    """The change sets, in order, without which it is not right: it is laid over them."""
    functions: tuple[FunctionRef, ...]
    """Every function that any attempt, or the model, may change."""
    attempts: tuple[Attempt, ...] = ()
    """In the order of preference; empty when no rule can do it."""
    refusals: tuple[Refusal, ...] = ()
    """Why the strategies that are not among the attempts were refused."""
    model_may_try: bool = False
    """The refusals leave room for a model (missing knowledge, not danger)."""


class Plan(Value):
    """What to do about the regions of a project, in order."""

    change_sets: tuple[ChangeSet, ...]
