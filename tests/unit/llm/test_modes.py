"""A model may colour what only the plan uses; what others need sync gets a twin."""

from __future__ import annotations

import pytest

from refactor_agent.domain.callgraph import Call, CallGraph, Function, Reference
from refactor_agent.domain.place import Site, Span
from refactor_agent.llm.modes import Mode, modes

SPAN = Span(1, 0, 2, 0)
SITE = Site("m.py", SPAN)
PLANNED = ("m.entry", "m.first", "m.second")


def graph(*more: Call, references: tuple[Reference, ...] = (), **flags: object) -> CallGraph:
    """Give entry -> first -> second, with ``flags`` on ``first`` and ``more`` calls."""
    functions = [
        Function("m.entry", "m.py", SPAN, is_async=True),
        Function("m.first", "m.py", SPAN, **flags),
        Function("m.second", "m.py", SPAN),
        Function("m.main", "m.py", SPAN),
    ]
    chain = [Call("m.entry", SITE, ("m.first",)), Call("m.first", SITE, ("m.second",))]
    return CallGraph({each.name: each for each in functions}, [*chain, *more], references)


CASES = {
    "only the plan calls them": (graph(), "may_colour", "may_colour"),
    "a nested function of the plan calls it": (
        graph(Call("m.entry.inner", SITE, ("m.first",))), "may_colour", "may_colour",
    ),
    "main calls the second": (graph(Call("m.main", SITE, ("m.second",))), "may_colour", "twin"),
    "main calls the first, which calls the second": (
        graph(Call("m.main", SITE, ("m.first",))), "twin", "twin",
    ),
    "the module calls it": (graph(Call("m", SITE, ("m.first",))), "twin", "twin"),
    "exported": (graph(exported=True), "twin", "twin"),
    "overridden": (graph(family=("m.other",)), "twin", "twin"),
    "from a base outside": (graph(open_family=True), "twin", "twin"),
    "used as a value": (
        graph(references=(Reference("m.first", "m.main", SITE),)), "twin", "twin",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_modes(case):
    calls, first, second = CASES[case]
    found = modes(PLANNED, calls, None)
    assert found["m.entry"] == Mode("body", "entry")
    assert [found[name].change for name in PLANNED[1:]] == [first, second]
    assert found["m.first"].new_name == ("first_async" if first == "twin" else "first")


def test_a_twins_name_is_free():
    base = graph(exported=True)
    taken = Function("m.first_async", "m.py", SPAN, is_async=True)
    functions = {**base.functions, taken.name: taken}
    assert modes(PLANNED, CallGraph(functions, base.calls), None)["m.first"].new_name == (
        "first_async_"
    )
