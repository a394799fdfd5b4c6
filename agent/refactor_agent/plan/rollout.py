"""A plan whose changes stand behind a rollout flag."""

from __future__ import annotations

from collections.abc import Iterator

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.domain.plan import Attempt, ChangeSet, Colour, Flag, Plan, Refusal
from refactor_agent.domain.twins import TWIN_NAMES, beside

__all__ = ["behind_flag"]


def behind_flag(plan: Plan, flag: Flag, graph: CallGraph) -> Plan:
    """Give ``plan`` with both paths kept: sync helpers stay, and get async twins.

    A demotion has no second path to choose at run time, so it is refused. No model is asked.
    """
    found = tuple(_change_set(change_set, flag, graph) for change_set in plan.change_sets)
    return Plan(change_sets=found)


def _change_set(change_set: ChangeSet, flag: Flag, graph: CallGraph) -> ChangeSet:
    attempts: list[Attempt] = []
    refusals = list(change_set.refusals)
    for attempt in change_set.attempts:
        if attempt.demotes:
            refusals.append(_refuse(attempt, "flag-demotion", "a function is either async or not"))
            continue
        colours = _as_twins(attempt.colours, graph)
        if colours is None:
            refusals.append(_refuse(attempt, "flag-twin-name", "no name for a twin is free"))
            continue
        attempts.append(attempt.model_copy(update={"colours": colours, "flag": flag}))
    return change_set.model_copy(
        update={"attempts": tuple(attempts), "refusals": tuple(refusals), "model_may_try": False}
    )


def _refuse(attempt: Attempt, reason: str, why: str) -> Refusal:
    message = f"this can't stand behind a flag: {why}; run without --flag"
    return Refusal(reason=reason, message=message, strategy=attempt.strategy)


def _as_twins(colours: tuple[Colour, ...], graph: CallGraph) -> tuple[Colour, ...] | None:
    """Turn what would become async in place into twins, all named in one way."""
    in_place = [colour for colour in colours if colour.mode == "in_place"]
    for way in TWIN_NAMES:
        twins = {c.function.name: beside(c.function.name, way) for c in in_place}
        if not any(twin in graph.functions for twin in twins.values()):
            return tuple(_twins(colours, twins))
    return None


def _twins(colours: tuple[Colour, ...], twins: dict[str, str]) -> Iterator[Colour]:
    for colour in colours:
        new = twins.get(colour.function.name)
        if new is None:
            yield colour
        else:
            bare = new.rpartition(".")[2]
            yield colour.model_copy(update={"mode": "twin", "new_name": bare})
