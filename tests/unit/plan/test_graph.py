"""Plans for call graphs made by hand: what source text does not easily show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from refactor_agent.domain.callgraph import Call, CallGraph, Function, Reference
from refactor_agent.domain.place import Site, Span
from refactor_agent.domain.plan import ChangeSet
from refactor_agent.domain.region import Confidence, Hop, Located, Region
from refactor_agent.plan import make_plan
from refactor_agent.plan.groups import group_entries
from refactor_agent.project import open_project
from refactor_agent.rulebook import RuleBook

MAIN = Function("app.main", "app.py", Span(1, 0, 2, 10), is_async=True)
WAIT = Function("app.wait", "app.py", Span(4, 0, 5, 10))
OTHER = Function("app.other", "app.py", Span(7, 0, 8, 10))


def site(line: int) -> Site:
    return Site("app.py", Span(line, 4, line, 10))


MAIN_CALLS = Call("app.main", site(2), ("app.wait",))
WAIT_SLEEPS = Call("app.wait", site(5), ("time.sleep",), blocks="RA101", weight=9)


def plan_of(
    root: Path,
    rulebook: RuleBook,
    graph: CallGraph,
    confidence: Confidence = "high",
) -> ChangeSet:
    region = Region(
        id="1",
        rule="RA101",
        hops=(
            Hop(function="app.main", site=site(2), callee="app.wait"),
            Hop(function="app.wait", site=site(5), callee="time.sleep"),
        ),
        weight=9,
        confidence=confidence,
    )
    (change_set,) = make_plan(Located((region,), graph), rulebook, open_project(root)).change_sets
    return change_set


def graph_of(
    *functions: Function, calls: tuple[Call, ...] = (), references: tuple[Reference, ...] = ()
) -> CallGraph:
    known = {function.name: function for function in (MAIN, WAIT, *functions)}
    return CallGraph(known, (MAIN_CALLS, WAIT_SLEEPS, *calls), references)


OTHER_CALLS = Call("app.other", site(8), ("app.wait",))


@pytest.mark.parametrize(
    ("graph", "mode"),
    [
        (graph_of(), "in_place"),
        (graph_of(OTHER, calls=(OTHER_CALLS,)), "twin"),
        (graph_of(replace(OTHER, is_async=True), calls=(OTHER_CALLS,)), "twin"),
        (graph_of(replace(OTHER, is_test=True), calls=(OTHER_CALLS,)), "twin"),
        (graph_of(OTHER, calls=(replace(OTHER_CALLS, offloaded=True),)), "twin"),
        (graph_of(references=(Reference("app.wait", "app", site(9)),)), "twin"),
        (graph_of(replace(WAIT, exported=True)), "twin"),
    ],
    ids=["alone", "sync caller", "unlocated async caller", "test", "on a thread", "value", "API"],
)
def test_the_sync_form_stays_where_something_needs_it(
    graph: CallGraph, mode: str, tmp_path: Path, rulebook: RuleBook
) -> None:
    (colour,) = plan_of(tmp_path, rulebook, graph).attempts[0].colours
    assert colour.mode == mode


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"is_generator": True}, "generator"),
        ({"is_property": True}, "property"),
        ({"open_family": True}, "open-family"),
        ({"decorators": ("functools.lru_cache",)}, "decorator"),
        ({"decorators": ("staticmethod",)}, None),
        ({"nested": True}, None),
    ],
)
def test_functions_that_cannot_be_awaited(
    change: dict[str, bool], reason: str | None, tmp_path: Path, rulebook: RuleBook
) -> None:
    change_set = plan_of(tmp_path, rulebook, graph_of(replace(WAIT, **change)))
    native = [attempt for attempt in change_set.attempts if attempt.strategy == "native"]
    assert bool(native) == (reason is None)
    assert reason is None or reason in {refusal.reason for refusal in change_set.refusals}


def test_what_is_not_certain_is_left(tmp_path: Path, rulebook: RuleBook) -> None:
    change_set = plan_of(tmp_path, rulebook, graph_of(), confidence="low")
    assert not change_set.attempts
    assert {refusal.reason for refusal in change_set.refusals} == {"low-confidence"}
    assert plan_of(tmp_path, rulebook, graph_of(), confidence="medium").attempts


def test_a_script_keeps_its_sync_form(tmp_path: Path, rulebook: RuleBook) -> None:
    scripts = '[project]\nname = "x"\n[project.scripts]\nx = "app:wait"\n'
    (tmp_path / "pyproject.toml").write_text(scripts, encoding="utf-8")
    (colour,) = plan_of(tmp_path, rulebook, graph_of()).attempts[0].colours
    assert (colour.mode, colour.new_name) == ("twin", "wait_async")


def test_groups_join_entries_by_the_functions_they_edit() -> None:
    edited = {"a": ["a", "x"], "b": ["b"], "c": ["c", "x", "y"], "d": ["d", "y"]}
    assert group_entries(edited) == (("a", "c", "d"), ("b",))
